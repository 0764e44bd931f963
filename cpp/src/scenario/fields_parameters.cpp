/// Keys of the uncertain numbers: priors, and how they go together.

#include "scenario/field_records.hpp"
#include "scenario/fields.hpp"

namespace detente::scenario::sections {

// clang-format off
namespace {

using enum FieldType;
constexpr Need optional = Need::optional;
constexpr Need required = Need::required;
constexpr Need exactly_one = Need::exactly_one;

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

}  // namespace

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
// clang-format on

}  // namespace detente::scenario::sections
