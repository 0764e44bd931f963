// The array functions for any processor: plain x86-64, or NEON where that is the baseline.
#define DETENTE_TABLE table_generic
#if defined(__aarch64__)
#define DETENTE_TABLE_NAME "neon"
#else
#define DETENTE_TABLE_NAME "generic"
#endif
#include "kernel/kernels.inc"
