#include "detente/random/prior_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <list>
#include <mutex>
#include <numbers>
#include <utility>

#include "detente/kernel/dispatch.hpp"
#include "random/family.hpp"

namespace detente::random {
namespace {

constexpr double last_score = 8.5;
constexpr std::size_t n_units = 17;  // from -8.5 to 8.5

/// Lanes that families with a formula handle at a time, in scratch columns on the stack.
constexpr std::size_t strip = 256;
struct alignas(kernel::alignment) Strip {
  std::array<double, strip> lane;
};

void apply(kernel::Operation operation, double* out, const double* a, std::size_t n) {
  kernel::active().column[static_cast<std::size_t>(operation)](out, a, nullptr, nullptr, n);
}

/// u = Phi(z) and complement = Phi(-z), for a strip of scores.
void probabilities(const double* z, Strip& u, Strip& complement, std::size_t n) {
  apply(kernel::Operation::neg, complement.lane.data(), z, n);
  apply(kernel::Operation::normal_cdf, u.lane.data(), z, n);
  apply(kernel::Operation::normal_cdf, complement.lane.data(), complement.lane.data(), n);
}

void scale_and_shift(double* out, double scale, double shift, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = shift + scale * out[i];
}

/// sinh, from the exponential's columns, with full precision near zero and no NaN far out.
void hyperbolic_sine(double* out, std::size_t n) {
  Strip h;
  for (std::size_t from = 0; from < n; from += strip) {
    const std::size_t count = std::min(strip, n - from);
    apply(kernel::Operation::abs, h.lane.data(), out + from, count);
    apply(kernel::Operation::expm1, h.lane.data(), h.lane.data(), count);
    for (std::size_t i = 0; i < count; ++i) {
      const double e = h.lane[i];
      out[from + i] = std::copysign(0.5 * (e + 1.0 / (1.0 + 1.0 / e)), out[from + i]);
    }
  }
}

double log_probability(double z) { return std::log(family::standard_normal_cdf(z)); }

/// Log of the standard gamma's quantile at score z.
double log_of_gamma(double shape, double z) {
  const double small = family::log_small_gamma(shape, log_probability(z));
  return small < family::power_law_ends ? small : std::log(Prior::gamma(shape, 1.0).from_normal(z));
}

/// Log of a beta's quantile at score z, given the quantile.
double log_of_beta(double alpha, double beta, double x, double z) {
  const double small = family::log_small_beta(alpha, beta, log_probability(z));
  return small + std::log1p(beta) < family::power_law_ends ? small : std::log(x);
}

double logit_of_beta(double alpha, double beta, double z) {
  const double x = Prior::beta(alpha, beta).from_normal(z);
  if (x <= 0.5) return log_of_beta(alpha, beta, x, z) - std::log1p(-x);
  const double y = Prior::beta(beta, alpha).from_normal(-z);
  return std::log1p(-y) - log_of_beta(beta, alpha, y, -z);
}

double asinh_of_student(double df, double z) {
  const double log_large = family::log_large_student(df, log_probability(-std::abs(z)));
  const double size = log_large > family::student_law_begins(df)
                          ? log_large + std::numbers::ln2
                          : std::asinh(Prior::student_t(df, 0.0, 1.0).from_normal(std::abs(z)));
  return std::copysign(size, z);
}

/// Nodes per unit of score. The sharper bends of a beta with most of its probability at both ends
/// and of tails heavier than Cauchy's need more.
std::size_t steps_for(const family::Any& any) {
  const auto* beta = std::get_if<family::Beta>(&any);
  const auto* student = std::get_if<family::StudentT>(&any);
  const bool is_sharp = (beta != nullptr && std::min(beta->alpha, beta->beta) < 0.3) ||
                        (student != nullptr && student->df < 1.0);
  return is_sharp ? 512 : 128;
}

}  // namespace

PriorTable::PriorTable(Prior prior) : prior_(std::move(prior)) {
  const family::Any& any = prior_.family();
  if (const auto* beta = std::get_if<family::Beta>(&any)) {
    tabulate(Transform::logit, beta->low, beta->high - beta->low);
  } else if (const auto* gamma = std::get_if<family::Gamma>(&any)) {
    tabulate(Transform::log, 0.0, 1.0 / gamma->rate);
  } else if (const auto* student = std::get_if<family::StudentT>(&any)) {
    tabulate(Transform::asinh, student->location, student->scale);
  } else if (std::holds_alternative<family::TruncatedNormal>(any)) {
    tabulate(Transform::none, 0.0, 1.0);
  } else if (const auto* points = std::get_if<family::Points>(&any)) {
    for (std::size_t i = 0; i + 1 < points->values.size(); ++i) {
      thresholds_.push_back(family::standard_normal_quantile(points->cumulative[i]));
    }
  }
}

void PriorTable::tabulate(Transform transform, double low, double span) {
  transform_ = transform;
  steps_per_unit_ = steps_for(prior_.family());
  low_ = low;
  span_ = span;
  const auto value = [&](double z) {
    const family::Any& any = prior_.family();
    if (const auto* f = std::get_if<family::Beta>(&any)) return logit_of_beta(f->alpha, f->beta, z);
    if (const auto* f = std::get_if<family::Gamma>(&any)) return log_of_gamma(f->shape, z);
    if (const auto* f = std::get_if<family::StudentT>(&any)) return asinh_of_student(f->df, z);
    return prior_.from_normal(z);
  };
  constexpr std::size_t margin = 3;
  const std::size_t n_intervals = n_units * steps_per_unit_;
  const auto steps_per_unit = static_cast<double>(steps_per_unit_);
  std::vector<double> node(n_intervals + 1 + 2 * margin);
  for (std::size_t i = 0; i < node.size(); ++i) {
    node[i] = value((static_cast<double>(i) - double{margin}) / steps_per_unit - last_score);
  }
  // Slope per step by the central difference of sixth order: as good as the exact one here, and
  // defined where the density is zero or infinite.
  const auto slope = [&](std::size_t i) {
    return (45.0 * (node[i + 1] - node[i - 1]) - 9.0 * (node[i + 2] - node[i - 2]) +
            (node[i + 3] - node[i - 3])) /
           60.0;
  };
  cubic_.resize(4 * n_intervals);
  for (std::size_t k = 0; k < n_intervals; ++k) {
    const std::size_t i = k + margin;
    const double rise = node[i + 1] - node[i];
    const double left = slope(i), right = slope(i + 1);
    cubic_[4 * k] = node[i];
    cubic_[4 * k + 1] = left;
    cubic_[4 * k + 2] = 3.0 * rise - 2.0 * left - right;
    cubic_[4 * k + 3] = left + right - 2.0 * rise;
  }
}

void PriorTable::interpolate(const double* z, double* out, std::size_t n) const {
  const std::size_t n_intervals = n_units * steps_per_unit_;
  const auto steps_per_unit = static_cast<double>(steps_per_unit_);
  const auto last_place = static_cast<double>(n_intervals);
  for (std::size_t i = 0; i < n; ++i) {
    const double place = std::min(std::max(z[i] + last_score, 0.0) * steps_per_unit, last_place);
    const auto k = std::min(static_cast<std::size_t>(place), n_intervals - 1);
    const double s = place - static_cast<double>(k);
    const double* c = cubic_.data() + 4 * k;
    out[i] = c[0] + s * (c[1] + s * (c[2] + s * c[3]));
  }
}

void PriorTable::finish(double* out, std::size_t n) const {
  switch (transform_) {
    case Transform::none: {
      const Support ends = prior_.support();
      for (std::size_t i = 0; i < n; ++i) out[i] = std::min(std::max(out[i], ends.low), ends.high);
      return;
    }
    case Transform::log:
      apply(kernel::Operation::exp, out, out, n);
      break;
    case Transform::logit:
      apply(kernel::Operation::logistic, out, out, n);
      break;
    case Transform::asinh:
      hyperbolic_sine(out, n);
      break;
  }
  scale_and_shift(out, span_, low_, n);
}

namespace {

void values_of(const family::Exponential& f, double* u_to_x, const double* complement,
               std::size_t n) {
  Strip log_complement;
  apply(kernel::Operation::log, log_complement.lane.data(), complement, n);
  scale_and_shift(u_to_x, -1.0, 0.0, n);
  apply(kernel::Operation::log1p, u_to_x, u_to_x, n);
  for (std::size_t i = 0; i < n; ++i) {
    u_to_x[i] = (complement[i] < 0.5 ? log_complement.lane[i] : u_to_x[i]) / -f.rate;
  }
}

void values_of(const family::Triangular& f, double* u_to_x, const double* complement,
               std::size_t n) {
  const double left = (f.high - f.low) * (f.mode - f.low);
  const double right = (f.high - f.low) * (f.high - f.mode);
  const double at_mode = (f.mode - f.low) / (f.high - f.low);
  for (std::size_t i = 0; i < n; ++i) {
    const double u = u_to_x[i];
    u_to_x[i] =
        u <= at_mode ? f.low + std::sqrt(u * left) : f.high - std::sqrt(complement[i] * right);
  }
}

void values_of(const family::Metalog& f, double* u_to_x, const double* complement, std::size_t n) {
  Strip logit, log_complement;
  apply(kernel::Operation::log, logit.lane.data(), u_to_x, n);
  apply(kernel::Operation::log, log_complement.lane.data(), complement, n);
  for (std::size_t i = 0; i < n; ++i) {
    u_to_x[i] = family::metalog_sum(f.coefficients, u_to_x[i], complement[i],
                                    logit.lane[i] - log_complement.lane[i]);
  }
  const bool bounded_below = std::isfinite(f.low), bounded_above = std::isfinite(f.high);
  if (!bounded_below && !bounded_above) return;
  if (bounded_below && bounded_above) {
    apply(kernel::Operation::logistic, u_to_x, u_to_x, n);
    scale_and_shift(u_to_x, f.high - f.low, f.low, n);
    return;
  }
  if (!bounded_below) apply(kernel::Operation::neg, u_to_x, u_to_x, n);
  apply(kernel::Operation::exp, u_to_x, u_to_x, n);
  scale_and_shift(u_to_x, bounded_below ? 1.0 : -1.0, bounded_below ? f.low : f.high, n);
}

/// Families whose value is a formula in Phi(z) and Phi(-z), strip by strip.
template <typename Family>
void by_probability(const Family& f, const double* z, double* out, std::size_t n) {
  Strip u, complement;
  for (std::size_t from = 0; from < n; from += strip) {
    const std::size_t count = std::min(strip, n - from);
    probabilities(z + from, u, complement, count);
    values_of(f, u.lane.data(), complement.lane.data(), count);
    std::copy_n(u.lane.data(), count, out + from);
  }
}

}  // namespace

void PriorTable::values(const double* z, double* out, std::size_t n) const {
  const family::Any& any = prior_.family();
  if (!cubic_.empty()) {
    interpolate(z, out, n);
    finish(out, n);
  } else if (const auto* constant = std::get_if<family::Constant>(&any)) {
    std::fill_n(out, n, constant->value);
  } else if (const auto* normal = std::get_if<family::Normal>(&any)) {
    for (std::size_t i = 0; i < n; ++i) out[i] = normal->mean + normal->sd * z[i];
  } else if (const auto* lognormal = std::get_if<family::Lognormal>(&any)) {
    for (std::size_t i = 0; i < n; ++i) out[i] = lognormal->log_median + lognormal->sigma * z[i];
    apply(kernel::Operation::exp, out, out, n);
  } else if (const auto* uniform = std::get_if<family::Uniform>(&any)) {
    apply(kernel::Operation::normal_cdf, out, z, n);
    scale_and_shift(out, uniform->high - uniform->low, uniform->low, n);
  } else if (const auto* loguniform = std::get_if<family::Loguniform>(&any)) {
    apply(kernel::Operation::normal_cdf, out, z, n);
    scale_and_shift(out, loguniform->log_high - loguniform->log_low, loguniform->log_low, n);
    apply(kernel::Operation::exp, out, out, n);
  } else if (const auto* exponential = std::get_if<family::Exponential>(&any)) {
    by_probability(*exponential, z, out, n);
  } else if (const auto* triangular = std::get_if<family::Triangular>(&any)) {
    by_probability(*triangular, z, out, n);
  } else if (const auto* metalog = std::get_if<family::Metalog>(&any)) {
    by_probability(*metalog, z, out, n);
  } else if (const auto* points = std::get_if<family::Points>(&any)) {
    for (std::size_t i = 0; i < n; ++i) {
      const auto below = std::ranges::lower_bound(thresholds_, z[i]) - thresholds_.begin();
      out[i] = points->values[static_cast<std::size_t>(below)];
    }
  }
}

bool PriorTable::is_tabulated(const Prior& prior) {
  const family::Any& any = prior.family();
  return std::holds_alternative<family::Beta>(any) || std::holds_alternative<family::Gamma>(any) ||
         std::holds_alternative<family::StudentT>(any) ||
         std::holds_alternative<family::TruncatedNormal>(any);
}

namespace {

/// The tables asked for last, the latest first.
class KeptTables {
 public:
  std::shared_ptr<const PriorTable> find(const Prior& prior) {
    const std::lock_guard lock(mutex_);
    const auto place = std::find_if(tables_.begin(), tables_.end(),
                                    [&](const auto& table) { return table->prior() == prior; });
    if (place == tables_.end()) return nullptr;
    tables_.splice(tables_.begin(), tables_, place);
    return tables_.front();
  }
  void keep(std::shared_ptr<const PriorTable> table) {
    const std::lock_guard lock(mutex_);
    tables_.push_front(std::move(table));
    if (tables_.size() > most) tables_.pop_back();
  }

 private:
  static constexpr std::size_t most = 64;  // of 70 kilobytes, or 280
  std::mutex mutex_;
  std::list<std::shared_ptr<const PriorTable>> tables_;
};

}  // namespace

std::shared_ptr<const PriorTable> prior_table(const Prior& prior) {
  if (!PriorTable::is_tabulated(prior)) return std::make_shared<const PriorTable>(prior);
  static KeptTables kept;
  if (std::shared_ptr<const PriorTable> table = kept.find(prior)) return table;
  auto table = std::make_shared<const PriorTable>(prior);
  kept.keep(table);
  return table;
}

}  // namespace detente::random
