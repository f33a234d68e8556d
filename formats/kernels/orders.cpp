#include "formats/kernels/orders.hpp"

#include "formats/isa.hpp"

namespace exmy {

extern const OrderKernels orders_baseline;
#ifdef EXMY_X86_LEVELS
extern const OrderKernels orders_v2;
extern const OrderKernels orders_v3;
extern const OrderKernels orders_v4;
#endif

const OrderKernels& order_kernels() {
#ifdef EXMY_X86_LEVELS
  switch (isa_level()) {
    case IsaLevel::baseline: return orders_baseline;
    case IsaLevel::v2: return orders_v2;
    case IsaLevel::v3: return orders_v3;
    case IsaLevel::v4: return orders_v4;
  }
#endif
  return orders_baseline;
}

std::vector<const OrderKernels*> available_order_kernels() {
  std::vector<const OrderKernels*> all{&orders_baseline};
#ifdef EXMY_X86_LEVELS
  if (best_isa_level() >= IsaLevel::v2) all.push_back(&orders_v2);
  if (best_isa_level() >= IsaLevel::v3) all.push_back(&orders_v3);
  if (best_isa_level() >= IsaLevel::v4) all.push_back(&orders_v4);
#endif
  return all;
}

}  // namespace exmy
