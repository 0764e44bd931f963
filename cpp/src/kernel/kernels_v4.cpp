// The array functions for x86-64-v4; the flags are in cmake/kernel_targets.cmake.
#define DETENTE_TABLE table_v4
#define DETENTE_TABLE_NAME "v4"
#include "kernel/kernels.inc"
