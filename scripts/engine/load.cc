// An addon without functions. Loading it loads libtorch, which lies beside it; the engine's addon, loaded next, then finds these
// libraries in the process under their names, wherever the package manager has put the two packages.
extern "C" __attribute__((visibility("default"))) void* napi_register_module_v1(void*, void* exports) {
  return exports;
}
