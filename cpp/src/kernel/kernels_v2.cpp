// The array functions for x86-64-v2; the flags are in cmake/kernel_targets.cmake.
#define DETENTE_TABLE table_v2
#define DETENTE_TABLE_NAME "v2"
#include "kernel/kernels.inc"
