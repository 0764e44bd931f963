#include "detente/scenario/writer.hpp"

#include <cstdint>

namespace detente::scenario {

std::string to_yaml(const Scenario& scenario) { return scenario.yaml; }

std::string content_hash(std::string_view text) {
  constexpr std::uint64_t offset_basis = 0xcbf29ce484222325u;
  constexpr std::uint64_t prime = 0x100000001b3u;
  std::uint64_t hash = offset_basis;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * prime;
  constexpr const char* digits = "0123456789abcdef";
  std::string out;
  for (int shift = 60; shift >= 0; shift -= 4) out += digits[(hash >> shift) & 15u];
  return out;
}

std::string scenario_hash(const Scenario& scenario) { return content_hash(to_yaml(scenario)); }

}  // namespace detente::scenario
