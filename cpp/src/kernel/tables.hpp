#pragma once

/// The tables that kernels_<set>.cpp define. `DETENTE_X86_KERNELS` is set where the build has the
/// x86-64 ones.

#include "detente/kernel/table.hpp"

namespace detente::kernel {

extern const Table table_generic;
#if defined(DETENTE_X86_KERNELS)
extern const Table table_v2;
extern const Table table_v3;
extern const Table table_v4;
#endif

}  // namespace detente::kernel
