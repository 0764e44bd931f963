#include "engine/prepared.hpp"

#include <algorithm>
#include <list>
#include <map>
#include <mutex>

namespace detente::engine {

namespace {

constexpr std::size_t most_remembered = 4;

struct Remembered {
  std::shared_ptr<const model::Model> model;
  std::shared_ptr<const Draws> draws;
  std::map<std::size_t, std::shared_ptr<const Task>> tasks;
};

}  // namespace

Prepared prepare(const std::shared_ptr<const model::Model>& model,
                 const std::vector<std::size_t>& policies) {
  static std::mutex mutex;
  static std::list<Remembered> remembered;
  const std::lock_guard lock(mutex);
  const auto place =
      std::find_if(remembered.begin(), remembered.end(),
                   [&model](const Remembered& entry) { return entry.model == model; });
  if (place == remembered.end()) {
    remembered.push_front({model, std::make_shared<Draws>(*model), {}});
    if (remembered.size() > most_remembered) remembered.pop_back();
  } else {
    remembered.splice(remembered.begin(), remembered, place);
  }
  Remembered& entry = remembered.front();
  Prepared prepared;
  prepared.draws = entry.draws;
  for (const std::size_t policy : policies) {
    auto& task = entry.tasks[policy];
    if (!task) task = std::make_shared<Task>(model, policy);
    prepared.tasks.push_back(task);
  }
  return prepared;
}

}  // namespace detente::engine
