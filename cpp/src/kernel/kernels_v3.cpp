// The array functions for x86-64-v3; the flags are in cmake/kernel_targets.cmake.
#define DETENTE_TABLE table_v3
#define DETENTE_TABLE_NAME "v3"
#include "kernel/kernels.inc"
