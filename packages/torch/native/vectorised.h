// How loops over maps are compiled. The addon runs on every processor of its architecture; on x86 these functions are compiled a second
// time for AVX2 and, if the compiler can test for both, FMA. The loader selects the version when the addon is loaded.
#pragma once

#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__)
// By features and not by a name such as "arch=haswell", which the loader restricts to one generation of one vendor.
#if __GNUC__ >= 12
#define KINORA_VECTORISED __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define KINORA_VECTORISED __attribute__((target_clones("avx2", "default")))
#endif
#else
#define KINORA_VECTORISED
#endif
#define KINORA_INLINE inline __attribute__((always_inline))
