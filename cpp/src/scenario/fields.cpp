#include "scenario/fields.hpp"

namespace detente::scenario {

const Field* Section::find(std::string_view name) const {
  for (const Field& field : fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

std::vector<std::string> Section::names() const {
  std::vector<std::string> out;
  for (const Field& field : fields) out.emplace_back(field.name);
  return out;
}

std::vector<std::string> Section::names(Need need) const {
  std::vector<std::string> out;
  for (const Field& field : fields) {
    if (field.need == need) out.emplace_back(field.name);
  }
  return out;
}

// clang-format off
namespace sections {

namespace {

using enum FieldType;
constexpr Need optional = Need::optional;
constexpr Need required = Need::required;
constexpr Need exactly_one = Need::exactly_one;
constexpr Need at_most_one = Need::at_most_one;

const Field described{"description", text, optional, "", "what it is, for tables and plots", "outside push for a deal"};
const Field sourced{"source", FieldType::source_key, optional, "", "where it comes from: a key of `sources`, or `judgement`", "judgement"};
const Field measured{"unit", text, optional, "", "unit of its values, for tables and plots", "thousand"};

/// A section with one required key per argument.
Section arguments(std::string_view key, std::string_view title, std::string_view doc,
                  std::vector<std::pair<std::string_view, std::string_view>> names,
                  FieldType type) {
  Section section{key, title, doc, {}, ""};
  for (const auto& [name, meaning] : names) {
    section.fields.push_back({name, type, required, "", meaning, "", nullptr});
  }
  return section;
}

Section prior(std::string_view key, std::string_view doc,
              std::vector<std::pair<std::string_view, std::string_view>> names) {
  return arguments(key, "the prior", doc, std::move(names), constant);
}

const Section& normal() {
  static const Section it = prior("prior_normal", "normal", {{"mean", "mean"}, {"sd", "standard deviation, > 0"}});
  return it;
}
const Section& lognormal() {
  static const Section it = prior("prior_lognormal", "exp(log(median) + sigma Z)",
                                  {{"median", "median, > 0"}, {"sigma", "standard deviation of the logarithm, > 0"}});
  return it;
}
const Section& uniform() {
  static const Section it = prior("prior_uniform", "uniform", {{"low", "lower end"}, {"high", "upper end"}});
  return it;
}
const Section& loguniform() {
  static const Section it = prior("prior_loguniform", "the logarithm is uniform",
                                  {{"low", "lower end, > 0"}, {"high", "upper end"}});
  return it;
}
const Section& triangular() {
  static const Section it = prior("prior_triangular", "triangular",
                                  {{"low", "lower end"}, {"mode", "most likely value"}, {"high", "upper end"}});
  return it;
}
const Section& pert() {
  static const Section it = prior("prior_pert", "beta on [low, high] with weight 4 on the mode",
                                  {{"low", "lower end"}, {"mode", "most likely value"}, {"high", "upper end"}});
  return it;
}
const Section& beta() {
  static const Section it{"prior_beta", "the prior", "beta on [0, 1], by mean and standard deviation or by alpha and beta",
                          {{"mean", constant, optional, "", "mean, between 0 and 1; with `sd`", "0.45", nullptr},
                           {"sd", constant, optional, "", "standard deviation; with `mean`", "0.18", nullptr},
                           {"alpha", constant, optional, "", "first shape, > 0; with `beta`", "2", nullptr},
                           {"beta", constant, optional, "", "second shape, > 0; with `alpha`", "5", nullptr}},
                          ""};
  return it;
}
const Section& gamma() {
  static const Section it = prior("prior_gamma", "gamma with mean shape / rate", {{"shape", "shape, > 0"}, {"rate", "rate, > 0"}});
  return it;
}
const Section& exponential() {
  static const Section it = prior("prior_exponential", "exponential with mean 1 / rate", {{"rate", "rate, > 0"}});
  return it;
}
const Section& student_t() {
  static const Section it = prior("prior_student_t", "location + scale T",
                                  {{"df", "degrees of freedom, > 0"}, {"location", "centre"}, {"scale", "scale, > 0"}});
  return it;
}
const Section& truncated_normal() {
  static const Section it{"prior_truncated_normal", "the prior", "a normal, given that it lies between `low` and `high`",
                          {{"mean", constant, required, "", "mean of the normal before it is cut", "6.5", nullptr},
                           {"sd", constant, required, "", "its standard deviation, > 0", "1", nullptr},
                           {"low", constant, optional, "", "lower end; without it there is none", "2", nullptr},
                           {"high", constant, optional, "", "upper end; without it there is none", "10", nullptr}},
                          ""};
  return it;
}
const Section& discrete() {
  static const Section it{"prior_discrete", "the prior", "one of the values",
                          {{"values", constants, required, "", "the values", "[1, 2, 5]", nullptr},
                           {"weights", constants, optional, "", "as many weights, >= 0; without them all are equally likely", "[3, 2, 1]", nullptr}},
                          ""};
  return it;
}
const Section& bernoulli() {
  static const Section it = prior("prior_bernoulli", "1 with probability p, else 0", {{"p", "probability of 1"}});
  return it;
}
const Section& empirical() {
  static const Section it{"prior_empirical", "the prior", "one of the observed values, each equally likely",
                          {{"file", text, optional, "", "CSV file with a header line, in the scenario's folder or below; with `column`", "data/durations.csv", nullptr},
                           {"column", text, optional, "", "name of the column; empty cells are skipped", "years", nullptr},
                           {"values", constants, optional, "", "the values themselves, instead of a file", "[0.4, 1.1, 2.7]", nullptr}},
                          ""};
  return it;
}

const Section& base_exponential() {
  static const Section it = arguments("baseline_exponential", "the baseline", "constant hazard", {{"rate", "the hazard, >= 0"}}, expression);
  return it;
}
const Section& base_weibull() {
  static const Section it = arguments("baseline_weibull", "the baseline", "cumulative hazard (t / scale) ^ shape",
                                      {{"shape", "> 0; below 1 the hazard falls with time"}, {"scale", "> 0, in years: a share 1 - 1/e has left by then"}}, expression);
  return it;
}
const Section& base_gompertz() {
  static const Section it = arguments("baseline_gompertz", "the baseline", "hazard rate * exp(shape * t)",
                                      {{"rate", "the hazard at entry, >= 0"}, {"shape", "its growth per year, of either sign"}}, expression);
  return it;
}
const Section& base_lognormal() {
  static const Section it = arguments("baseline_lognormal", "the baseline", "the logarithm of the time is normal",
                                      {{"meanlog", "mean of the logarithm of the time in years"}, {"sdlog", "its standard deviation, > 0"}}, expression);
  return it;
}
const Section& base_loglogistic() {
  static const Section it = arguments("baseline_loglogistic", "the baseline", "survival 1 / (1 + (t / scale) ^ shape)",
                                      {{"shape", "> 0"}, {"scale", "> 0, in years: the median"}}, expression);
  return it;
}
const Section& base_gamma() {
  static const Section it = arguments("baseline_gamma", "the baseline", "the time is gamma with mean shape / rate",
                                      {{"shape", "> 0"}, {"rate", "> 0, per year"}}, expression);
  return it;
}
const Section& base_piecewise() {
  static const Section it{"baseline_piecewise", "the baseline", "hazard rates[i] between times[i - 1] and times[i] since entry",
                          {{"times", constants, required, "", "ascending, > 0, in years since entry", "[0.5, 2]", nullptr},
                           {"rates", expressions, required, "", "one more than `times`, >= 0", "[0.9, 0.3, 0.1]", nullptr}},
                          ""};
  return it;
}

}  // namespace

const Section& root() {
  static const Section it{
      "scenario", "the scenario", "a scenario",
      {
          {"detente", version, required, "", "version of the language", "1", nullptr},
          {"title", text, optional, "", "one line for tables and plots", "A truce and its guarantee", nullptr},
          {"description", text, optional, "", "what the scenario asks, for readers", "", nullptr},
          {"sources", named, optional, "", "what parameters are drawn from, by key", "", &source()},
          {"time", FieldType::section, required, "", "start, horizon and grid", "{start: 2024-12-01, horizon: 10 years, step: 1 week, report: 1 month}", &time()},
          {"levers", named, optional, "", "numbers that policies set", "", &lever()},
          {"parameters", named, optional, "", "uncertain numbers, drawn once per path", "", &parameter()},
          {"correlations", FieldType::sections, optional, "", "rank correlations of parameters", "", &correlation()},
          {"joint", FieldType::sections, optional, "", "parameters that are drawn together", "", &joint()},
          {"let", named_texts, optional, "", "shared expressions by name; the order does not matter", "{calm: \"conflict in [ceasefire, settled]\"}", nullptr},
          {"variables", named, optional, "", "continuous state", "", &variable()},
          {"noise_correlations", FieldType::sections, optional, "", "correlations of the noise of variables", "", &noise_correlation()},
          {"seasons", named, optional, "", "windows that recur each year, read as booleans or as 0 and 1", "", &season()},
          {"chains", named, optional, "", "discrete states and the transitions between them", "", &chain()},
          {"events", named, optional, "", "what happens without belonging to a chain", "", &event()},
          {"policies", named, optional, "{baseline: {}}", "settings of the levers that are compared", "", &policy()},
          {"outcomes", named, optional, "", "what is read off each path", "", &outcome()},
          {"utility", expression, optional, "", "what the outcomes are worth together; may read outcomes, parameters and levers", "0.6 * peace_years - added_deaths / 100", nullptr},
      },
      ""};
  return it;
}

const Section& time() {
  static const Section it{
      "time", "`time`", "Start, horizon and grid. Without `start` time is a plain number.",
      {
          {"start", date, optional, "", "first day; hazards are then per year", "2024-12-01", nullptr},
          {"horizon", moment, required, "", "end of the forecast: how long, or a date", "10 years", nullptr},
          {"step", duration, required, "", "grid step: variables move once in it", "1 week", nullptr},
          {"report", duration, optional, "", "interval of the report dates; without it the start and the horizon are reported", "1 month", nullptr},
          {"run_off", flag, optional, "true", "follow a window that opened before the horizon to its end; false: leave undecided paths out", "false", nullptr},
      },
      ""};
  return it;
}

const Section& source() {
  static const Section it{
      "source", "the source", "A publication, a data set, a report. A bare text is its `cite`.",
      {
          {"cite", text, required, "", "author, year, title, publisher", "Fortna 2004, Peace Time, Princeton UP", nullptr},
          {"date", date, optional, "", "when it was published", "2004-01-01", nullptr},
          {"url", text, optional, "", "where it is found", "", nullptr},
          {"note", text, optional, "", "what was taken from it", "", nullptr},
      },
      "cite"};
  return it;
}

const Section& lever() {
  static const Section it{
      "lever", "the lever", "A number that a policy sets. A bare number is its `default`.",
      {
          {"default", constant, required, "", "value where a policy sets none", "0", nullptr},
          {"range", FieldType::range, optional, "", "values that a policy may set", "[0, 1]", nullptr},
          measured,
          described,
      },
      "default"};
  return it;
}

const Section& parameter() {
  static const Section it{
      "parameter", "the parameter", "An uncertain number, drawn once per path from its prior. A bare number is a `constant`.",
      {
          {"constant", constant, exactly_one, "", "always this number", "3", nullptr},
          {"normal", FieldType::section, exactly_one, "", "normal", "{mean: 0.5, sd: 0.2}", &normal()},
          {"lognormal", FieldType::section, exactly_one, "", "the logarithm is normal", "{median: 3, sigma: 0.4}", &lognormal()},
          {"uniform", FieldType::section, exactly_one, "", "all values alike", "{low: 0, high: 1}", &uniform()},
          {"loguniform", FieldType::section, exactly_one, "", "all orders of magnitude alike", "{low: 0.01, high: 1}", &loguniform()},
          {"triangular", FieldType::section, exactly_one, "", "triangular", "{low: 0, mode: 1, high: 4}", &triangular()},
          {"pert", FieldType::section, exactly_one, "", "a smooth triangle", "{low: 0, mode: 1, high: 4}", &pert()},
          {"beta", FieldType::section, exactly_one, "", "a share between 0 and 1", "{mean: 0.45, sd: 0.18}", &beta()},
          {"gamma", FieldType::section, exactly_one, "", "positive", "{shape: 2, rate: 4}", &gamma()},
          {"exponential", FieldType::section, exactly_one, "", "positive, most often small", "{rate: 2}", &exponential()},
          {"student_t", FieldType::section, exactly_one, "", "a normal with heavy tails", "{df: 4, location: 0, scale: 1}", &student_t()},
          {"truncated_normal", FieldType::section, exactly_one, "", "a normal that is cut", "{mean: 6.5, sd: 1, low: 2}", &truncated_normal()},
          {"discrete", FieldType::section, exactly_one, "", "one of some values", "{values: [1, 2, 5], weights: [3, 2, 1]}", &discrete()},
          {"bernoulli", FieldType::section, exactly_one, "", "0 or 1", "{p: 0.3}", &bernoulli()},
          {"empirical", FieldType::section, exactly_one, "", "one of observed values", "{values: [0.4, 1.1, 2.7]}", &empirical()},
          {"quantiles", FieldType::quantiles, exactly_one, "", "stated quantiles: two give a normal, three or more a metalog, bounded where `range` is given", "{5%: 60, 50%: 90, 95%: 130}", nullptr},
          {"range", FieldType::range, optional, "", "with `quantiles` alone: bounds of the values", "[0, null]", nullptr},
          sourced,
          measured,
          described,
      },
      "constant"};
  return it;
}

const Section& correlation() {
  static const Section it{
      "correlation", "the correlation", "Spearman's rank correlation of parameters, by a Gaussian copula.",
      {
          {"of", FieldType::names, required, "", "two parameters, or more: then each pair of them", "[b_trust, c0]", nullptr},
          {"rank", constant, required, "", "rank correlation, between -1 and 1", "0.4", nullptr},
          sourced,
          described,
      },
      ""};
  return it;
}

const Section& joint() {
  static const Section it{
      "joint", "the joint prior", "Parameters that are drawn together.",
      {
          {"multivariate_normal", FieldType::section, required, "", "jointly normal", "{of: [a, b], mean: [0, 1], covariance: [[1, 0.3], [0.3, 2]]}", &multivariate_normal()},
          sourced,
          measured,
          described,
      },
      ""};
  return it;
}

const Section& multivariate_normal() {
  static const Section it{
      "multivariate_normal", "the multivariate normal", "Names, means and covariance of jointly normal parameters.",
      {
          {"of", FieldType::names, required, "", "the parameters that it defines", "[a, b]", nullptr},
          {"mean", constants, required, "", "their means, in the same order", "[0, 1]", nullptr},
          {"covariance", matrix, required, "", "their covariance, row by row: symmetric, positive definite", "[[1, 0.3], [0.3, 2]]", nullptr},
      },
      ""};
  return it;
}

const Section& range() {
  static const Section it{
      "range", "the range", "Bounds; `null` or no key: none.",
      {
          {"low", constant, optional, "", "lower bound", "0", nullptr},
          {"high", constant, optional, "", "upper bound", "100", nullptr},
          {"at_bounds", text, optional, "clamp", "of a variable: `clamp` stops there, `reflect` turns back", "reflect", nullptr},
      },
      ""};
  return it;
}

const Section& variable() {
  static const Section it{
      "variable", "the variable", "A continuous quantity: an Ito diffusion, moved by effects too.",
      {
          {"start", expression, required, "", "value at the start; may read parameters and levers", "0.2", nullptr},
          {"drift", expression, at_most_one, "0", "drift per year", "\"if(conflict == war, 0.9, 0)\"", nullptr},
          {"reverting", FieldType::section, at_most_one, "", "dX = rate (to - X) dt + volatility dW, exact between jumps", "{to: 0.1, rate: 0.3}", &reverting()},
          {"growth", expression, at_most_one, "", "dX = growth X dt + volatility X dW, exact", "0.02", nullptr},
          {"volatility", expression, optional, "0", "per square root of a year, >= 0", "0.1", nullptr},
          {"range", FieldType::range, optional, "", "bounds of its values", "[0, 100]", nullptr},
          measured,
          sourced,
          described,
      },
      ""};
  return it;
}

const Section& reverting() {
  static const Section it{
      "reverting", "`reverting`", "Return to a level.",
      {
          {"to", expression, required, "", "the level", "0.1", nullptr},
          {"rate", expression, required, "", "share of the gap that closes per year, >= 0", "0.3", nullptr},
      },
      ""};
  return it;
}

const Section& noise_correlation() {
  static const Section it{
      "noise_correlation", "the noise correlation", "Correlation of the noise of variables.",
      {
          {"of", FieldType::names, required, "", "two variables, or more: then each pair of them", "[trust, front]", nullptr},
          {"value", constant, required, "", "correlation, between -1 and 1", "-0.3", nullptr},
          sourced,
          described,
      },
      ""};
  return it;
}

const Section& season() {
  static const Section it{
      "season", "the season", "A window that recurs each year.",
      {
          {"from", month_day, required, "", "first day, included", "11-15", nullptr},
          {"to", month_day, required, "", "last day, excluded; before `from`: in the next year", "03-15", nullptr},
          described,
      },
      ""};
  return it;
}

const Section& chain() {
  static const Section it{
      "chain", "the chain", "A discrete state machine. The transitions that leave one state are competing risks.",
      {
          {"start", start_states, required, "", "the state at the start, or weights", "war", nullptr},
          {"states", FieldType::states, required, "", "its states, at most 64", "[war, talks, ceasefire]", &state()},
          {"transitions", FieldType::sections, optional, "", "how it moves", "", &transition()},
          described,
      },
      ""};
  return it;
}

const Section& state() {
  static const Section it{
      "state", "the state", "One state. A bare text is its `description`.",
      {
          described,
          {"color", text, optional, "", "colour in plots, as in CSS", "\"#b03030\"", nullptr},
      },
      "description"};
  return it;
}

const Section& transition() {
  static const Section it{
      "transition", "the transition", "A move between states of one chain, with its hazard.",
      {
          {"name", name, optional, "<from>_to_<to>", "unique in its chain; several states are joined by `_or_`", "relapse", nullptr},
          {"from", state_names, required, "", "the state that it leaves, or a list of states", "ceasefire", nullptr},
          {"to", targets, required, "", "the state that it enters, or weights, which are normalised", "{ceasefire: 0.6, war: 0.4}", nullptr},
          {"hazard", expression, exactly_one, "", "hazard per year, >= 0", "0.4 * (1 + pressure)", nullptr},
          {"baseline", FieldType::section, exactly_one, "", "hazard in the time since the state was entered", "{weibull: {shape: 0.5, scale: 12}}", &baseline()},
          {"hazard_ratios", ratios, optional, "", "named factors of the hazard, >= 0", "{trust: exp(-b_trust * trust)}", nullptr},
          {"when", condition, optional, "", "guard: while it is false the clock stands still", "guarantee == in_force", nullptr},
          {"effects", FieldType::effects, optional, "{}", "what else changes when it fires", "{trust: trust - 0.3}", nullptr},
          sourced,
          described,
      },
      ""};
  return it;
}

const Section& baseline() {
  static const Section it{
      "baseline", "the baseline", "Hazard in the time since entry. Arguments may be expressions, read on entering the state.",
      {
          {"exponential", FieldType::section, exactly_one, "", "constant", "{rate: 0.3}", &base_exponential()},
          {"weibull", FieldType::section, exactly_one, "", "a power of time", "{shape: 0.5, scale: 12}", &base_weibull()},
          {"gompertz", FieldType::section, exactly_one, "", "exponential in time", "{rate: 0.2, shape: -0.1}", &base_gompertz()},
          {"lognormal", FieldType::section, exactly_one, "", "up, then down", "{meanlog: 1, sdlog: 0.8}", &base_lognormal()},
          {"loglogistic", FieldType::section, exactly_one, "", "up, then down, with a heavy tail", "{shape: 1.5, scale: 4}", &base_loglogistic()},
          {"gamma", FieldType::section, exactly_one, "", "towards a constant", "{shape: 2, rate: 0.5}", &base_gamma()},
          {"piecewise", FieldType::section, exactly_one, "", "constant between times", "{times: [0.5, 2], rates: [0.9, 0.3, 0.1]}", &base_piecewise()},
      },
      ""};
  return it;
}

const Section& event() {
  static const Section it{
      "event", "the event", "What happens without belonging to a chain: at random, on a date, each period, or on a condition.",
      {
          {"hazard", expression, exactly_one, "", "hazard per year, >= 0: happens again and again", "12 * (1 + winter)", nullptr},
          {"on", moment, exactly_one, "", "once, on a date or so long after the start", "2025-01-20", nullptr},
          {"every", duration, exactly_one, "", "each period, first one period after the start", "6 months", nullptr},
          {"trigger", condition, exactly_one, "", "when the condition turns true", "front > 30", nullptr},
          {"once", flag, optional, "false", "with `trigger` alone: the first time only", "true", nullptr},
          {"hazard_ratios", ratios, optional, "", "with `hazard` alone: named factors", "{winter: 1 + winter}", nullptr},
          {"when", condition, optional, "", "guard: while it is false the event does not happen", "conflict == war", nullptr},
          {"probability", expression, optional, "1", "chance that it happens when it is due", "0.7", nullptr},
          {"effects", FieldType::effects, optional, "{}", "what it changes", "{trust: trust - 0.1}", nullptr},
          sourced,
          described,
      },
      ""};
  return it;
}

const Section& policy() {
  static const Section it{
      "policy", "the policy", "A named setting of levers. All policies are simulated on the same randomness.",
      {
          {"set", settings, optional, "{}", "levers from the start on", "{pressure: 1}", nullptr},
          {"schedule", FieldType::sections, optional, "[]", "levers from later dates on, in order", "[{on: 2025-06-01, set: {pressure: 1}}]", &scheduled()},
          {"rules", FieldType::rules, optional, "{}", "levers that follow the state, read at every grid point and event", "{pressure: \"if(front > 20, 1, 0)\"}", nullptr},
          described,
      },
      ""};
  return it;
}

const Section& scheduled() {
  static const Section it{
      "scheduled", "the entry of `schedule`", "Levers from a date on.",
      {
          {"on", moment, required, "", "a date, or so long after the start", "2025-06-01", nullptr},
          {"set", settings, required, "", "levers", "{pressure: 1}", nullptr},
      },
      ""};
  return it;
}

const Section& outcome() {
  static const Section it{
      "outcome", "the outcome", "What is read off each path.",
      {
          {"probability", formula, exactly_one, "", "share of the paths on which a formula holds", "eventually(conflict == ceasefire, within = 1 year)", nullptr},
          {"time_to", condition, exactly_one, "", "time until a condition first holds, censored at the horizon", "conflict == ceasefire", nullptr},
          {"duration", condition, exactly_one, "", "time during which a condition holds", "conflict == war", nullptr},
          {"count", counted, exactly_one, "", "how often an event or a transition fires; `chain.name` where two chains use one name", "strike", nullptr},
          {"value", expression, exactly_one, "", "an expression at the horizon, or `at` a time", "deaths", nullptr},
          {"integral", expression, exactly_one, "", "an expression, integrated over time", "grid_gap", nullptr},
          {"maximum", expression, exactly_one, "", "largest value of an expression", "front", nullptr},
          {"minimum", expression, exactly_one, "", "smallest value of an expression", "front", nullptr},
          {"given", formula, optional, "", "report over the paths on which this holds", "eventually(conflict == ceasefire)", nullptr},
          {"at", moment, optional, "", "with `value` alone: when; without it the horizon", "2026-12-31", nullptr},
          {"from", moment, optional, "", "with duration, count, integral, maximum, minimum: from when on", "2026-01-01", nullptr},
          {"until", moment, optional, "", "the same: until when", "2026-12-31", nullptr},
          measured,
          sourced,
          described,
      },
      ""};
  return it;
}

}  // namespace sections
// clang-format on

namespace {

void add_with_nested(const Section& section, std::vector<const Section*>& out) {
  for (const Section* known : out) {
    if (known == &section) return;
  }
  out.push_back(&section);
  for (const Field& field : section.fields) {
    if (field.section) add_with_nested(*field.section, out);
  }
}

}  // namespace

std::vector<const Section*> all_sections() {
  std::vector<const Section*> out;
  add_with_nested(sections::root(), out);
  add_with_nested(sections::range(), out);
  return out;
}

}  // namespace detente::scenario
