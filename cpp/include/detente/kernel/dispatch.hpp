#pragma once

/// Picks the table of array functions for this processor, once, when first asked.

#include <span>
#include <string_view>

#include "detente/kernel/table.hpp"

namespace detente::kernel {

/// The table in use. The best one this processor runs, unless the environment variable
/// `DETENTE_ISA` (v2, v3, v4) pins a lower one; a set that is unknown or that the processor lacks
/// is an error (std::runtime_error naming the sets that would do).
const Table& active();

/// The tables that this build has and this processor can run, lowest first.
std::span<const Table* const> available();

/// For tests: makes `active()` return the named table until called again; empty restores the
/// default.
void force(std::string_view name);

}  // namespace detente::kernel
