#pragma once

/// Readings of one path in constant memory. A monitor follows one or two signals (expressions that are read at firings
/// and, where they move in between, at grid points) and keeps its state in a few fields of the path's record.
///
/// Between two readings a signal is taken to hold its last value. Windows [opening, opening + within] are closed.

#include <cstdint>
#include <limits>

namespace detente::outcome {

enum class MonitorKind : std::uint8_t {
  first,       ///< when the signal first holds
  eventually,  ///< the signal holds at some time in the window
  until,     ///< the second signal holds at some time in the window, the first at all times before
  duration,  ///< time during which the signal holds
  integral,  ///< integral of the signal
  count,     ///< sum of the signal's increases
  maximum,
  minimum,
  value,  ///< the signal at a time
};

/// State of a window.
enum class Verdict : std::uint8_t { waiting, open, is_true, is_false, censored };

struct Monitor {
  MonitorKind kind = MonitorKind::value;
  std::uint32_t signal = 0;
  std::uint32_t second_signal = 0;  ///< until
  bool negated_signal = false;      ///< `always f` is not `eventually not f`
  std::int32_t after =
      -1;                ///< window opens when this `first` monitor sees its signal; -1: at `from`
  double within = -1.0;  ///< negative: to the horizon
  double from = 0.0;     ///< windows: opening; else: start of what counts
  /// End of what counts: once read then or later nothing changes any more. Value: its time. Windows: never.
  double until = std::numeric_limits<double>::infinity();
  std::uint32_t field = 0;  ///< first of its fields

  bool is_window() const { return kind == MonitorKind::eventually || kind == MonitorKind::until; }
  /// Whether it adds up over time, or keeps an extreme.
  bool is_sum() const {
    return kind == MonitorKind::duration || kind == MonitorKind::integral ||
           kind == MonitorKind::maximum || kind == MonitorKind::minimum;
  }
};

/// Fields that a monitor takes.
inline constexpr std::uint32_t monitor_fields = 2;

/// Sets the fields before the first reading.
void begin(const Monitor& monitor, double* record);

/// A reading at `time`: `held` is what the signals were since the last one, `now` what they are; `opening` is
/// where the window starts (infinity: not yet).
struct Reading {
  double time = 0.0;
  double held = 0.0, now = 0.0;
  double second_held = 0.0, second_now = 0.0;
  double opening = 0.0;
  double step = 0.0;  ///< reading at a grid point: length of the step that ended here; else 0
};
void read(const Monitor& monitor, double* record, const Reading& reading);

/// What a monitor holds.
Verdict verdict(const Monitor& monitor, const double* record);
void set_verdict(const Monitor& monitor, double* record, Verdict verdict);
/// Time of a `first`; the number of the others.
double reading_of(const Monitor& monitor, const double* record);

/// Times that only rounding tells apart, in years.
inline constexpr double same_time = 1e-9;

}  // namespace detente::outcome
