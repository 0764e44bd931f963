#include "detente/outcome/monitor.hpp"

#include <algorithm>

namespace detente::outcome {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// Fields: windows {verdict, -}; first {time, -}; accumulators {sum, time of the last reading};
// extremes {extreme, time of the last reading}; value {value, -}.

void read_eventually(const Monitor& m, double* record, const Reading& r) {
  Verdict state = verdict(m, record);
  if (state != Verdict::waiting && state != Verdict::open) return;
  const bool held = (r.held != 0.0) != m.negated_signal;
  const bool now = (r.now != 0.0) != m.negated_signal;
  const double closing = m.within >= 0.0 ? r.opening + m.within : infinity;
  if (state == Verdict::waiting && r.opening <= r.time + same_time) {
    state = Verdict::open;
    if (r.opening < r.time - same_time && held) state = Verdict::is_true;  // held when it opened
  }
  if (state == Verdict::open) {
    if (r.time > closing + same_time) {
      state = Verdict::is_false;
    } else if (now) {
      state = Verdict::is_true;
    }
  }
  set_verdict(m, record, state);
}

void read_until(const Monitor& m, double* record, const Reading& r) {
  Verdict state = verdict(m, record);
  if (state != Verdict::waiting && state != Verdict::open) return;
  const double closing = m.within >= 0.0 ? r.opening + m.within : infinity;
  const auto judge = [](double first, double second) {
    if (second != 0.0) return Verdict::is_true;
    return first != 0.0 ? Verdict::open : Verdict::is_false;
  };
  if (state == Verdict::waiting && r.opening <= r.time + same_time) {
    state = Verdict::open;
    if (r.opening < r.time - same_time) state = judge(r.held, r.second_held);
  }
  if (state == Verdict::open) {
    state = r.time > closing + same_time ? Verdict::is_false : judge(r.now, r.second_now);
  }
  set_verdict(m, record, state);
}

bool counts(const Monitor& m, double time) {
  return time >= m.from - same_time && time <= m.until + same_time;
}

void read_sum(const Monitor& m, double* record, const Reading& r) {
  double& sum = record[m.field];
  double& last = record[m.field + 1];
  if (m.kind == MonitorKind::count) {
    if (counts(m, r.time)) sum += r.now - r.held;
    return;
  }
  const double overlap = std::min(r.time, m.until) - std::max(last, m.from);
  if (overlap > 0.0) {
    sum += r.held * overlap;
    // What moved continuously over the step did so in a straight line: the triangle above the held value.
    if (m.kind == MonitorKind::integral && r.step > 0.0) sum += 0.5 * r.step * (r.now - r.held);
  }
  last = r.time;
}

void read_extreme(const Monitor& m, double* record, const Reading& r) {
  double& extreme = record[m.field];
  double& last = record[m.field + 1];
  const auto see = [&m, &extreme](double value) {
    if (m.kind == MonitorKind::maximum ? value > extreme : value < extreme) extreme = value;
  };
  // A window that opens between readings sees the value that held then.
  if (std::min(r.time, m.until) > std::max(last, m.from)) see(r.held);
  if (counts(m, r.time)) see(r.now);
  last = r.time;
}

}  // namespace

void begin(const Monitor& m, double* record) {
  double first = 0.0;
  switch (m.kind) {
    case MonitorKind::first:
      first = infinity;
      break;
    case MonitorKind::maximum:
      first = -infinity;
      break;
    case MonitorKind::minimum:
      first = infinity;
      break;
    case MonitorKind::eventually:
    case MonitorKind::until:
      first = static_cast<double>(Verdict::waiting);
      break;
    default:
      break;
  }
  record[m.field] = first;
  record[m.field + 1] = 0.0;
}

void read(const Monitor& m, double* record, const Reading& r) {
  switch (m.kind) {
    case MonitorKind::first: {
      if (record[m.field] != infinity || r.opening > r.time + same_time) return;
      const bool opened_before = record[m.field + 1] != 0.0;
      record[m.field + 1] = 1.0;
      if (!opened_before && r.opening < r.time - same_time && r.held != 0.0) {
        record[m.field] = r.opening;
      } else if (r.now != 0.0) {
        record[m.field] = r.time;
      }
      return;
    }
    case MonitorKind::eventually:
      return read_eventually(m, record, r);
    case MonitorKind::until:
      return read_until(m, record, r);
    case MonitorKind::duration:
    case MonitorKind::integral:
    case MonitorKind::count:
      return read_sum(m, record, r);
    case MonitorKind::maximum:
    case MonitorKind::minimum:
      return read_extreme(m, record, r);
    case MonitorKind::value:
      return;  // taken at its date, see Plan::take_values
  }
}

Verdict verdict(const Monitor& monitor, const double* record) {
  return static_cast<Verdict>(static_cast<int>(record[monitor.field]));
}

void set_verdict(const Monitor& monitor, double* record, Verdict verdict) {
  record[monitor.field] = static_cast<double>(verdict);
}

double reading_of(const Monitor& monitor, const double* record) { return record[monitor.field]; }

}  // namespace detente::outcome
