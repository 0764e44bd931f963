// Any bytes under a right checksum are a saved result or are refused: the checksum stops chance, not
// somebody who wrote the bytes on purpose. A result that was read is written and read again.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "detente/diagnostic/error.hpp"
#include "detente/engine/forecast.hpp"
#include "detente/engine/run.hpp"
#include "detente/scenario/reader.hpp"
#include "detente/summary/bytes.hpp"

namespace {

using detente::engine::Forecast;

constexpr const char* form = "detente-forecast-3";

std::string sealed(const std::string& body) {
  detente::summary::ByteWriter whole;
  whole.text(form);
  whole.u64(detente::summary::checksum(body));
  whole.text(body);
  return whole.release();
}

/// What a run of five paths in three draws saves, without its seal.
std::string small_body() {
  const auto scenario = detente::scenario::parse(
      "detente: 1\ntitle: Seed\ntime: {horizon: 1, step: 0.25, report: 0.5}\n"
      "parameters:\n  a: {normal: {mean: 1, sd: 0.1}}\n"
      "variables:\n  x: {start: 0, volatility: 0.1}\n"
      "chains:\n  c:\n    start: u\n    states: [u, v]\n"
      "    transitions: [{name: go, from: u, to: v, hazard: exp(a)}]\n"
      "outcomes:\n  p: {probability: c == v}\n  t: {time_to: c == v}\n  x_end: {value: x}\n");
  detente::engine::RunOptions options;
  options.n_paths = 5;
  options.draws.paths_per_draw = 2;
  options.threads = 1;
  const std::string bytes = detente::engine::run(scenario.model, options).serialize();
  detente::summary::ByteReader whole(bytes);
  whole.text();
  whole.u64();
  return whole.text();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string body(reinterpret_cast<const char*>(data), size);
  try {
    const Forecast forecast = Forecast::deserialize(sealed(body));
    const std::string written = forecast.serialize();
    if (Forecast::deserialize(written).serialize() != written) std::abort();
    forecast.merged_with(forecast, detente::engine::Gap::left_out);
  } catch (const detente::diagnostic::RunError&) {  // refused
  }
  return 0;
}

// Every input is grown from what a run saves, so that no file of bytes needs to lie in the tree.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned int seed) {
  static const std::string body = small_body();
  if ((size < 8 || seed % 64 == 0) && body.size() <= most) {
    std::copy(body.begin(), body.end(), data);
    size = body.size();
  }
  return LLVMFuzzerMutate(data, size, most);
}
