#include "detente/engine/task.hpp"

#include <algorithm>

namespace detente::engine {

Task::Task(std::shared_ptr<const model::Model> model, std::size_t policy)
    : plan_(*model),
      program_(
          std::make_unique<program::Program>(model, policy, plan_.signals(), plan_.run_off())) {
  std::vector<bool> is_stepped;
  for (std::uint32_t i = 0; i < plan_.signals().size(); ++i)
    is_stepped.push_back(plan_.is_stepped(i));
  program_->set_stepped(std::move(is_stepped));
  const program::Layout& layout = program_->layout();
  plan_.place(layout.size());
  shape_.outcomes = layout.size() + plan_.field_count();
  shape_.size = static_cast<std::uint32_t>(
      program::rounded_to_lines(shape_.outcomes + model->outcomes.size()));
  find_readings();
  if (!model->utility) return;
  has_utility_ = true;
  program::Graph graph;
  program::Translator::Setting setting;
  setting.model = model.get();
  setting.layout = &layout;
  setting.levers = &program_->levers();
  setting.first_outcome_field = shape_.outcomes;
  program::Translator translate(graph, setting);
  const program::Moment at = translate.lane_now();
  utility_ = program::RecordCode(graph, {translate(model->utility, at, at)});
}

// Sums and extremes are always read: those that a pool keeps in columns share the time of their last reading.
void Task::find_readings() {
  const model::Model& model = program_->model();
  const std::size_t n_elements = model.element_count();
  for (program::ElementId element = 0; element < n_elements; ++element) {
    std::vector<std::uint32_t> monitors = plan_.followers(program_->affected_signals(element));
    for (std::uint32_t m = 0; m < plan_.monitors().size(); ++m) {
      if (plan_.monitors()[m].is_sum()) monitors.push_back(m);
    }
    std::sort(monitors.begin(), monitors.end());
    monitors.erase(std::unique(monitors.begin(), monitors.end()), monitors.end());
    readings_.push_back(std::move(monitors));
  }
}

}  // namespace detente::engine
