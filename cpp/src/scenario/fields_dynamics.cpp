/// Keys of what moves: variables, seasons, chains, events.

#include "scenario/field_records.hpp"
#include "scenario/fields.hpp"

namespace detente::scenario::sections {

// clang-format off
namespace {

using enum FieldType;
constexpr Need optional = Need::optional;
constexpr Need required = Need::required;
constexpr Need exactly_one = Need::exactly_one;
constexpr Need at_most_one = Need::at_most_one;

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
// clang-format on

}  // namespace detente::scenario::sections
