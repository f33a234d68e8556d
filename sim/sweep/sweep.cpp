// STAND-IN, not kept
#include "sim/sweep/sweep.hpp"
#include "sim/base/pointer.hpp"
namespace exmy {
static std::string ptr(std::string k){ std::string p="/"; for(char c:k) p+= c=='.'?'/':c; return p; }
Sweep read_sweep(const Document& d, const std::string& default_name, std::vector<Problem>& problems) {
  Sweep s; const Json& v=d.value();
  s.name=v.value("name",default_name); s.base=v.value("base","");
  s.retries=v.value("retries",2ul);
  if(v.contains("time_limit_s")) s.time_limit_s=v["time_limit_s"].get<double>();
  if(v.contains("halving")) s.halving=Halving{v["halving"].value("metric","train_loss")=="validation_loss", v["halving"].value("first_step",1ul), v["halving"].value("factor",3ul)};
  std::vector<SweepRun> runs(1);
  for (auto& [k,vals]: v["parameters"].items()) { std::vector<SweepRun> n; for(auto&r:runs) for(auto& x: vals["values"]){ n.push_back(r); n.back().parameters.push_back({k,x}); n.back().assignments.push_back({OverrideAction::set, ptr(k), x}); } runs=n; }
  if (v.contains("baseline")) { SweepRun b; b.baseline=true; for (auto& [k,x]: v["baseline"].items()){ b.parameters.push_back({k,x}); b.assignments.push_back({OverrideAction::set, ptr(k), x}); } runs.insert(runs.begin(), b);}
  s.runs=runs; s.resolved=v; (void)problems;
  return s;
}
}
