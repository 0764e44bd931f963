#include "detente/engine/block.hpp"

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
  shape_.size = shape_.outcomes + static_cast<std::uint32_t>(model->outcomes.size());
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

}  // namespace detente::engine
