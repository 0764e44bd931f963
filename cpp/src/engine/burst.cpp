#include "engine/burst.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "detente/kernel/dispatch.hpp"
#include "engine/outputs.hpp"

namespace detente::engine {

using outcome::Monitor;
using outcome::MonitorKind;
using program::ActiveClock;
using program::Frame;
using program::Operand;
using program::RecordCode;
using program::StepScalar;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

Burst::Burst(Block& block, Pool& pool)
    : block_(block),
      pool_(pool),
      state_(pool.program()),
      plan_(*pool.burst),
      scratch_(block.burst_) {
  scratch_.columns.reserve(plan_.column_count * column_stride);
  scratch_.finished.clear();
}

void Burst::run() {
  const std::vector<Block::LightFired>& fired = block_.light_;
  for (std::size_t next = 0;;) {
    while (n_ < tile_lanes && next < fired.size()) load(fired[next++]);
    if (n_ == 0) break;
    if (block_.is_stopped()) return stop(next);
    fire();
    go_on();
  }
  read_finished();
}

// A step in which paths fire very often may take minutes: it is not waited for.
void Burst::stop(std::size_t next) {
  for (std::size_t i = 0; i < n_; ++i) block_.drop(scratch_.slots[i]);
  for (const Slot slot : scratch_.finished) block_.drop(slot);
  for (; next < block_.light_.size(); ++next) block_.drop(block_.light_[next].slot);
  block_.result_.stopped = true;
}

// ---------------------------------------------------------------- lanes in and out

void Burst::load(const Block::LightFired& fired) {
  const std::size_t i = n_++;
  const LanePlace place = pool_.place(block_.position_of_[fired.slot]);
  const double* fields = block_.record(fired.slot);
  scratch_.slots[i] = fired.slot;
  scratch_.places[i] = place;
  scratch_.n_fired[i] = block_.firings_in_step_[fired.slot];
  scratch_.has_failed[i] = 0;
  for (std::size_t k = 0; k < plan_.n_pool_columns; ++k) {
    column(plan_.used[k])[i] = place.at(plan_.used[k]);
  }
  column(plan_.now)[i] = block_.now_[fired.slot];
  for (std::size_t f = 0; f < plan_.fields.size(); ++f) {
    column(plan_.first_field + f)[i] = fields[plan_.fields[f]];
  }
  const std::size_t j = plan_.clock_of(fired.element);
  scratch_.first[i] = static_cast<double>(j);
  column(plan_.elements[j].firings)[i] -= 1.0;  // counted in the record, and again by fire_element
  if (fired.first_rest == Block::none) return;
  for (std::size_t k = 0; k < plan_.elements.size(); ++k) {
    column(plan_.first_rest + k)[i] = block_.rests_[fired.first_rest + k];
  }
}

void Burst::store_fields(std::size_t i) {
  double* fields = block_.record(scratch_.slots[i]);
  for (std::size_t f = 0; f < plan_.fields.size(); ++f) {
    fields[plan_.fields[f]] = column(plan_.first_field + f)[i];
  }
  block_.now_[scratch_.slots[i]] = column(plan_.now)[i];
}

void Burst::store(std::size_t i) {
  for (const ActiveClock& clock : state_.clocks()) {
    scratch_.places[i].at(clock.column) = column(clock.column)[i];
  }
  if (plan_.has_held) {
    for (const std::uint16_t held : state_.arrival().columns) {
      scratch_.places[i].at(held) = column(held)[i];
    }
  }
  store_fields(i);
}

void Burst::remove(std::size_t i) {
  const std::size_t last = --n_;
  for (const std::size_t c : plan_.used) column(c)[i] = column(c)[last];
  scratch_.slots[i] = scratch_.slots[last];
  scratch_.places[i] = scratch_.places[last];
  scratch_.first[i] = scratch_.first[last];
  scratch_.n_fired[i] = scratch_.n_fired[last];
  scratch_.has_failed[i] = scratch_.has_failed[last];
}

void Burst::finish(std::size_t i) {
  store(i);
  scratch_.finished.push_back(scratch_.slots[i]);
  remove(i);
}

// ---------------------------------------------------------------- firings

// Effects, new draws for the clocks that ran out, readings.
void Burst::fire() {
  for (std::size_t j = 0; j < plan_.elements.size(); ++j) {
    const auto number = static_cast<double>(j);
    std::size_t m = 0;
    for (std::size_t i = 0; i < n_; ++i) {
      scratch_.chosen[m] = static_cast<std::uint32_t>(i);
      m += scratch_.first[i] == number ? 1 : 0;
    }
    scratch_.n_chosen = m;
    if (m > 0) fire_element(j);
  }
  for (std::size_t i = n_; i-- > 0;) {
    if (scratch_.has_failed[i] != 0) remove(i);
  }
  if (plan_.has_held && n_ > 0) load_held();
}

void Burst::fire_element(std::size_t j) {
  const BurstPlan::Element& element = plan_.elements[j];
  double* firings = column(element.firings);
  for (std::size_t k = 0; k < scratch_.n_chosen; ++k) firings[scratch_.chosen[k]] += 1.0;
  gather_inputs(element);
  apply(element, block_.run_on_columns(element.firing->code, rounded_lanes(scratch_.n_chosen)));
  if (scratch_.n_chosen == 0) return;
  double* drawn = block_.variates_.data();
  draw(drawn, element, block_.program_.streams(element.id).clock, true);
  double* left = column(state_.clocks()[j].column);
  for (std::size_t k = 0; k < scratch_.n_chosen; ++k) left[scratch_.chosen[k]] = drawn[k];
  if (is_read(element) && !can_wait(element)) read_now(element);
}

void Burst::gather_inputs(const BurstPlan::Element& element) {
  const RecordCode& code = element.firing->code;
  const std::size_t m = scratch_.n_chosen;
  const std::size_t n = rounded_lanes(m);
  block_.columns_.reserve(code.inputs().size() * column_stride);
  for (std::size_t c = 0; c < code.inputs().size(); ++c) {
    double* out = block_.columns_.data() + c * column_stride;
    if (element.inputs[c] != BurstPlan::drawn) {
      const double* from = column(element.inputs[c]);
      fill_last_quantum(out, n, from[scratch_.chosen[0]]);
      for (std::size_t k = 0; k < m; ++k) out[k] = from[scratch_.chosen[k]];
    } else {
      const program::Leaf leaf = code.inputs()[c];
      draw(out, element, block_.program_.streams(element.id).marks[leaf.index], false);
      if (leaf.kind == program::LeafKind::mark_normal) {
        const auto quantile = static_cast<std::size_t>(kernel::Operation::normal_quantile);
        kernel::active().column[quantile](out, out, out, out, n);
      }
    }
  }
}

void Burst::draw(double* out, const BurstPlan::Element& element, std::uint32_t stream,
                 bool is_clock) {
  const double* firings = column(element.firings);
  for (std::size_t k = 0; k < scratch_.n_chosen; ++k) {
    const std::uint32_t i = scratch_.chosen[k];
    block_.note_draw(k, scratch_.slots[i], firings[i], is_clock);
  }
  block_.draw_noted(out, stream, scratch_.n_chosen, is_clock);
}

// Effects on the lanes chosen; those whose path failed are no longer chosen.
void Burst::apply(const BurstPlan::Element& element, const Frame& frame) {
  const std::vector<Operand>& outputs = element.firing->code.code().outputs();
  bool is_sound = true;
  for (std::size_t k = 0; k < scratch_.n_chosen; ++k) {
    is_sound &= ++scratch_.n_fired[scratch_.chosen[k]] <= Block::most_firings_in_step;
  }
  for (std::size_t a = 0; a < element.assigned.size(); ++a) {
    const Operand output = outputs[2 + a];
    const double* values = frame.at(output);
    const std::size_t m = output.kind == Operand::Kind::scalar ? 1 : scratch_.n_chosen;
    for (std::size_t k = 0; k < m; ++k) is_sound &= std::isfinite(values[k]);
  }
  std::array<std::uint32_t, tile_lanes> rows;
  std::size_t n_sound = scratch_.n_chosen;
  if (!is_sound) n_sound = part_sound(element, frame, rows);
  for (std::size_t a = 0; a < element.assigned.size(); ++a) {
    double* variable = column(element.assigned[a]);
    const Operand output = outputs[2 + a];
    const double* values = frame.at(output);
    const std::size_t step = output.kind == Operand::Kind::scalar ? 0 : 1;
    for (std::size_t k = 0; k < n_sound; ++k) {
      variable[scratch_.chosen[k]] = values[(is_sound ? k : rows[k]) * step];
    }
  }
  double* count = column(element.count);
  for (std::size_t k = 0; k < n_sound; ++k) count[scratch_.chosen[k]] += 1.0;
  scratch_.n_chosen = n_sound;
}

// Fails the paths that have to and moves the others to the front of those chosen; `rows` says where in the frame they are.
// Returns how many.
std::size_t Burst::part_sound(const BurstPlan::Element& element, const Frame& frame,
                              std::array<std::uint32_t, tile_lanes>& rows) {
  const std::vector<Operand>& outputs = element.firing->code.code().outputs();
  std::size_t n_sound = 0;
  for (std::size_t k = 0; k < scratch_.n_chosen; ++k) {
    const std::uint32_t i = scratch_.chosen[k];
    Failure failure;
    failure.time = column(plan_.now)[i];
    failure.element = element.id;
    bool is_sound = scratch_.n_fired[i] <= Block::most_firings_in_step;
    if (!is_sound) failure.kind = Failure::Kind::cascade;
    for (std::size_t a = 0; a < element.assigned.size() && is_sound; ++a) {
      failure.kind = Failure::Kind::assignment;
      failure.item = element.firing->assigned[a];
      failure.value = frame.value(outputs[2 + a], k);
      is_sound = std::isfinite(failure.value);
    }
    if (is_sound) {
      rows[n_sound] = static_cast<std::uint32_t>(k);
      scratch_.chosen[n_sound++] = i;
      continue;
    }
    store(i);
    scratch_.has_failed[i] = 1;
    block_.fail(std::move(failure), scratch_.slots[i]);
  }
  return n_sound;
}

// What the record decides until the next firing. Where a firing changed nothing of it, it comes out as it was.
void Burst::load_held() {
  const RecordCode& code = state_.arrival().code;
  const std::size_t n = rounded_lanes(n_);
  block_.columns_.reserve(code.inputs().size() * column_stride);
  for (std::size_t c = 0; c < code.inputs().size(); ++c) {
    std::copy_n(column(plan_.arrival_inputs[c]), n, block_.columns_.data() + c * column_stride);
  }
  const Frame frame = block_.run_on_columns(code, n);
  const std::vector<std::uint16_t>& held = state_.arrival().columns;
  for (std::size_t k = 0; k < held.size(); ++k) {
    Block::copy_operand(frame, code.code().outputs()[k], column(held[k]), n);
  }
}

// ---------------------------------------------------------------- readings

bool Burst::is_read(const BurstPlan::Element& element) const {
  return block_.step_scalars()[StepScalar::start] < pool_.notes(element.id).reading.until;
}

// Whether one reading at the step's end finds what readings after each firing would: where only counts follow that
// count throughout the step, or not at all in it.
bool Burst::can_wait(const BurstPlan::Element& element) const {
  const double start = block_.step_scalars()[StepScalar::start];
  const double end = block_.step_scalars()[StepScalar::end];
  const std::vector<std::uint32_t>& monitors = pool_.notes(element.id).reading.monitors;
  return std::all_of(monitors.begin(), monitors.end(), [&](std::uint32_t number) {
    const Monitor& m = block_.plan_.monitors()[number];
    const bool always = m.from - outcome::same_time <= start && end <= m.until + outcome::same_time;
    const bool never = end < m.from - outcome::same_time || start > m.until + outcome::same_time;
    return m.kind == MonitorKind::value ||  // has a date of its own
           (m.kind == MonitorKind::count && (always || never));
  });
}

void Burst::read_now(const BurstPlan::Element& element) {
  block_.chosen_.clear();
  for (std::size_t k = 0; k < scratch_.n_chosen; ++k) {
    store_fields(scratch_.chosen[k]);
    block_.chosen_.push_back(scratch_.slots[scratch_.chosen[k]]);
  }
  block_.read_light(pool_, element.id, block_.chosen_.data(), block_.chosen_.size());
}

void Burst::read_finished() {
  const std::vector<Slot>& finished = scratch_.finished;
  for (const BurstPlan::Element& element : plan_.elements) {
    if (!is_read(element) || !can_wait(element)) continue;
    for (std::size_t from = 0; from < finished.size(); from += tile_lanes) {
      block_.read_light(pool_, element.id, finished.data() + from,
                        std::min(tile_lanes, finished.size() - from));
    }
  }
}

// ---------------------------------------------------------------- to the next crossing

void Burst::go_on() {
  if (plan_.has_rests) finish_rested();
  if (n_ == 0) return;
  run_sub_code();
  find_next();
  burn();
  for (std::size_t i = n_; i-- > 0;) {
    if (scratch_.has_failed[i] != 0) {
      remove(i);
    } else if (scratch_.first[i] < 0.0) {
      finish(i);
    }
  }
}

// Lanes whose hazards are as before and where no clock runs out in the rest are through with the step.
void Burst::finish_rested() {
  const std::vector<ActiveClock>& clocks = state_.clocks();
  for (std::size_t i = n_; i-- > 0;) {
    bool is_through = plan_.elements[static_cast<std::size_t>(scratch_.first[i])].keeps_rates;
    for (std::size_t j = 0; j < clocks.size() && is_through; ++j) {
      is_through = column(clocks[j].column)[i] >= column(plan_.first_rest + j)[i];
    }
    if (!is_through) continue;
    for (std::size_t j = 0; j < clocks.size(); ++j) {
      column(clocks[j].column)[i] -= column(plan_.first_rest + j)[i];
    }
    finish(i);
  }
}

// Hazards, and what the clocks burn to the step's end, as columns.
void Burst::run_sub_code() {
  const program::Code& code = state_.sub_code();
  block_.registers_.reserve(code.register_count() * column_stride);
  Frame frame;
  frame.place(Operand::Kind::reg, block_.registers_.data());
  frame.place(Operand::Kind::column, scratch_.columns.data());
  frame.place(Operand::Kind::scalar, pool_.scalars());
  frame.n = rounded_lanes(n_);
  code.run(frame);
  collect_columns(code, frame, block_.splats_, block_.outputs_);
}

// The clock that runs out first on each lane, and when. Paths where a hazard is no hazard come to their end.
void Burst::find_next() {
  const std::size_t n = rounded_lanes(n_);
  const std::size_t n_clocks = plan_.elements.size();
  const double end = block_.step_scalars()[StepScalar::end];
  const double* now = column(plan_.now);
  for (std::size_t i = 0; i < n; ++i) {
    scratch_.length[i] = std::max(end - now[i], 0.0);
    scratch_.delay[i] = infinity;
    scratch_.first[i] = -1.0;
  }
  scratch_.unsound.fill(0);
  for (std::size_t j = 0; j < n_clocks; ++j) {
    kernel::active().race(scratch_.delay.data(), scratch_.first.data(), scratch_.unsound.data(),
                          static_cast<double>(j), column(state_.clocks()[j].column),
                          block_.outputs_[j], block_.outputs_[n_clocks + j], scratch_.length.data(),
                          n);
  }
  for (std::size_t i = 0; i < n_; ++i) {
    if (scratch_.unsound[i / 8] == 0) {
      i |= 7;  // on to the next eight
    } else if ((scratch_.unsound[i / 8] >> (i % 8) & 1) != 0) {
      fail_unsound(i);
    }
  }
}

// Burns the clocks up to the next crossing, or to the step's end.
void Burst::burn() {
  const std::size_t n_clocks = plan_.elements.size();
  for (std::size_t j = 0; j < n_clocks; ++j) {
    kernel::active().burn(column(state_.clocks()[j].column), column(plan_.first_rest + j),
                          block_.outputs_[j], block_.outputs_[n_clocks + j], scratch_.delay.data(),
                          scratch_.first.data(), rounded_lanes(n_));
  }
  const double end = block_.step_scalars()[StepScalar::end];
  double* now = column(plan_.now);
  for (std::size_t i = 0; i < n_; ++i) {
    const double then = std::min(now[i] + scratch_.delay[i], end);
    now[i] = scratch_.first[i] < 0.0 ? now[i] : then;
  }
}

void Burst::fail_unsound(std::size_t i) {
  const std::size_t n_clocks = plan_.elements.size();
  std::size_t j = 0;
  const auto rate = [&] { return block_.outputs_[j][i]; };
  const auto burnt = [&] { return block_.outputs_[n_clocks + j][i]; };
  while (rate() >= 0.0 && burnt() >= 0.0) ++j;
  store(i);
  scratch_.has_failed[i] = 1;
  Failure failure;
  failure.kind = Failure::Kind::hazard;
  failure.time = column(plan_.now)[i];
  failure.element = plan_.elements[j].id;
  failure.value = rate() >= 0.0 ? burnt() : rate();
  block_.fail(std::move(failure), scratch_.slots[i]);
}

}  // namespace detente::engine
