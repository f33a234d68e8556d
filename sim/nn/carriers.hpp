#pragma once
// Things that exist for both carriers, made from one generic recipe.

#include <functional>
#include <memory>
#include <utility>

namespace exmy {

/// Makes a Thing<float> or a Thing<double> from the arguments that its carrier asks for.
template <template <class> class Thing, template <class> class Arguments>
class Factory {
 public:
  Factory() = default;
  /// `make` is callable with Arguments<float> and Arguments<double>.
  template <class Make>
  explicit Factory(Make make) : for_float_(make), for_double_(make) {}

  std::unique_ptr<Thing<float>> operator()(const Arguments<float>& a) const { return for_float_(a); }
  std::unique_ptr<Thing<double>> operator()(const Arguments<double>& a) const { return for_double_(a); }

 private:
  std::function<std::unique_ptr<Thing<float>>(const Arguments<float>&)> for_float_;
  std::function<std::unique_ptr<Thing<double>>(const Arguments<double>&)> for_double_;
};

}  // namespace exmy
