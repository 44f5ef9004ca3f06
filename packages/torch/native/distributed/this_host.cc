// Keeps other hosts from a store that only this one needs. libtorch's store listens on all interfaces and offers no choice, so a
// filter on its listening socket drops whatever is not addressed to the loopback device; the kernel accepts no such packet from
// outside. The filter comes a moment after the socket has begun to listen.
#ifdef __linux__
#include <dirent.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <string>
#include <system_error>

#include "shared.h"

namespace kinora {

namespace {

constexpr uint32_t kIpVersion = SKF_NET_OFF, kIpv4Destination = SKF_NET_OFF + 16, kIpv6Destination = SKF_NET_OFF + 24;

/** Passes 127.0.0.0/8 and ::1. The numbers of jumps are of instructions to skip, if equal and otherwise. */
sock_filter kToLoopback[] = {
  BPF_STMT(BPF_LD | BPF_B | BPF_ABS, kIpVersion),
  BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 4),
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 6, 2, 0),
  BPF_STMT(BPF_LD | BPF_B | BPF_ABS, kIpv4Destination),
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 127, 8, 9),
  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kIpv6Destination),
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 7),
  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kIpv6Destination + 4),
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 5),
  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kIpv6Destination + 8),
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 3),
  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kIpv6Destination + 12),
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 1),
  BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
  BPF_STMT(BPF_RET | BPF_K, 0),
};

bool listens_on(int socket, int port) {
  int listening = 0;
  socklen_t size = sizeof listening;
  if (::getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || listening == 0) return false;
  sockaddr_storage address{};
  size = sizeof address;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return false;
  // The port is at the same place in the addresses of both families.
  const bool is_ip = address.ss_family == AF_INET || address.ss_family == AF_INET6;
  return is_ip && ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port) == port;
}

/** The socket of this process that listens on a port, or -1. */
int listener(int port) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc/self/fd"), ::closedir);
  if (folder == nullptr) return -1;
  while (const dirent* entry = ::readdir(folder.get())) {
    const int descriptor = std::atoi(entry->d_name);
    if (descriptor > 0 && listens_on(descriptor, port)) return descriptor;
  }
  return -1;
}

}  // namespace

void accept_only_this_host(int port) {
  const int socket = listener(port);
  if (socket < 0) throw std::system_error(EBADF, std::generic_category(), "no socket that listens on port " + std::to_string(port));
  sock_fprog program{static_cast<unsigned short>(std::size(kToLoopback)), kToLoopback};
  if (::setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0)
    throw std::system_error(errno, std::generic_category(), "the store cannot be closed to other hosts");
}

}  // namespace kinora
#else
#include "shared.h"

namespace kinora {
void accept_only_this_host(int) {}
}  // namespace kinora
#endif
