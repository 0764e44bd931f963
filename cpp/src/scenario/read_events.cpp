#include "detente/expr/simplify.hpp"
#include "scenario/messages.hpp"
#include "scenario/parts.hpp"

namespace detente::scenario {

using messages::in_ticks;

namespace {

constexpr double max_occurrences = 1e6;  ///< of all events together

void read_occasion(Reading& reading, const Form& form, model::Event& event) {
  using Kind = model::Event::Kind;
  const model::Calendar& calendar = reading.model.calendar;
  if (const Value* hazard = form.find("hazard")) {
    event.kind = Kind::hazard;
    event.intensity.hazard = reading.non_negative(*hazard, "a hazard");
    event.intensity.span = hazard->span();
  } else if (const Value* on = form.find("on")) {
    event.kind = Kind::on;
    event.on = reading.text(*on, "on");
    event.time = reading.moment(*on, "on").value_or(0.0);
    if (event.time > calendar.horizon) {
      reading.warning("W502", on->span(),
                      "the event " + in_ticks(event.name) + " lies after the horizon");
    }
  } else if (const Value* every = form.find("every")) {
    event.kind = Kind::every;
    event.every = reading.duration(*every, "every").value_or(model::Duration{1.0});
    const double times = calendar.horizon / event.every.years();
    const bool was_within = reading.occurrences <= max_occurrences;
    reading.occurrences += times;
    if (times > max_occurrences) {
      reading.error("E321", every->span(),
                    "more than 1000000 times to the horizon: " + in_ticks(every->text()));
    } else if (was_within && reading.occurrences > max_occurrences) {
      reading.error("E321", every->span(),
                    "the events of a scenario come more than 1000000 times to the horizon, this "
                    "one and those above it together: " +
                        in_ticks(every->text()));
    }
  } else if (const Value* trigger = form.find("trigger")) {
    event.kind = Kind::trigger;
    event.trigger = reading.condition(*trigger);
  }
}

/// Keys that go with one kind of event alone.
void check_companions(Reading& reading, const Form& form) {
  const auto only_with = [&](std::string_view key, std::string_view partner) {
    if (form.has(key) && !form.has(partner)) {
      reading.error("E122", form.key_span(key),
                    in_ticks(key) + " goes with " + in_ticks(partner) + " alone");
    }
  };
  only_with("once", "trigger");
  only_with("hazard_ratios", "hazard");
}

}  // namespace

void read_events(Reading& reading, const std::vector<NamedValue>& values) {
  for (const NamedValue& named : values) {
    const Form form(named.value, sections::event(), named.name, reading.diagnostics);
    model::Event event;
    event.name = named.name;
    event.span = named.name_span;
    read_occasion(reading, form, event);
    check_companions(reading, form);
    if (const Value* once = form.find("once"))
      event.once = reading.flag(*once, "once").value_or(false);
    if (const Value* ratios = form.find("hazard_ratios"))
      event.intensity.ratios = read_ratios(reading, *ratios);
    if (const Value* when = form.find("when")) event.when = reading.condition(*when);
    if (const Value* probability = form.find("probability")) {
      event.probability = reading.number(*probability);
      const auto constant =
          event.probability ? expr::constant_value(event.probability) : std::nullopt;
      if (constant && (*constant < 0.0 || *constant > 1.0)) {
        reading.error(
            "E317", probability->span(),
            "a probability lies between 0 and 1: " + messages::number(*constant),
            *constant > 1.0 && *constant <= 100.0
                ? "per cent are written as a share: " + messages::number(*constant / 100.0)
                : "");
      }
    }
    if (const Value* effects = form.find("effects")) {
      event.effects = read_effects(reading, *effects, std::nullopt);
    }
    event.source = reading.source(form);
    event.description = reading.text(form, "description");
    reading.model.events.push_back(std::move(event));
  }
}

}  // namespace detente::scenario
