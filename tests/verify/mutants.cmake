# exmy_mutant(NAME UNIT FILE FROM TO PART): the self-check of a build in which one constant is wrong must find it.
# FROM becomes TO in a copy of FILE, a header or source of formats/ or sim/; the source UNIT, compiled with
# that copy, is linked before the library, whose own object is then not taken.
add_library(exmy_mutant_main OBJECT verify/mutant_main.cpp)
target_link_libraries(exmy_mutant_main PRIVATE exmy_sim exmy_options)

function(exmy_mutant name unit file from to part)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/mutants/${name})
  set(sources ${unit} ${file})
  list(REMOVE_DUPLICATES sources)
  file(GLOB_RECURSE there RELATIVE ${folder} ${folder}/*)
  list(REMOVE_ITEM there ${sources})
  foreach(stale IN LISTS there)  # of an earlier definition of this mutant: it would be included
    file(REMOVE ${folder}/${stale})
  endforeach()
  foreach(source IN LISTS sources)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${source})
    file(READ ${PROJECT_SOURCE_DIR}/${source} text)
    if(source STREQUAL file)
      string(REPLACE "${from}" "${to}" changed "${text}")
      if(changed STREQUAL text)
        message(FATAL_ERROR "mutant ${name}: ${file} has no \"${from}\"")
      endif()
      set(text "${changed}")
    endif()
    file(CONFIGURE OUTPUT ${folder}/${source} CONTENT "${text}" @ONLY)
  endforeach()
  add_executable(verify_mutant_${name} ${folder}/${unit})
  target_include_directories(verify_mutant_${name} BEFORE PRIVATE ${folder})
  target_link_libraries(verify_mutant_${name} PRIVATE exmy_mutant_main exmy_sim exmy_options)
  add_test(NAME verify_mutant_${name} COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:verify_mutant_${name}>
    -DPART=${part} -P ${CMAKE_CURRENT_SOURCE_DIR}/verify/expect_different.cmake)
  set_tests_properties(verify_mutant_${name} PROPERTIES LABELS oracle TIMEOUT 600
    ENVIRONMENT "OMP_WAIT_POLICY=passive")
endfunction()

exmy_mutant(rounding formats/project.cpp formats/rounding.hpp
  "v.above_half() || (v.is_half() && odd)" "v.above_half() || v.is_half()" projection)
exmy_mutant(saturation formats/project.cpp formats/project.cpp
  "(how.format.max_finite_code() & 1) == 0" "(how.format.max_finite_code() & 1) == 1" projection)
exmy_mutant(tininess formats/project.cpp formats/project.cpp
  "if (x.exponent != e_min - 1)" "if (x.exponent != e_min - 2)" hardware/double_to_float)
exmy_mutant(difference formats/exact.cpp formats/exact.cpp
  "high - low - (sticky ? 1 : 0)" "high - low" operations)
exmy_mutant(nan_code formats/codec.cpp formats/codec.cpp
  "(std::uint64_t{1} << (f.mantissa_bits - 1))" "std::uint64_t{1}" codes)
exmy_mutant(kernel formats/kernels/level_baseline.cpp formats/kernels/rounding.inc
  "error * 0x1p53" "error * 0x1p52" kernels/round)
exmy_mutant(kernel_constant formats/kernels/kernels.cpp formats/kernels/kernels.cpp
  "f.mantissa_bits - 2)" "f.mantissa_bits - 1)" kernels/round)
exmy_mutant(to_odd formats/kernels/level_baseline.cpp formats/kernels/rounding.inc
  "(~bits & 1) & inward)" "(bits & 1) & inward)" kernels/arithmetic)
exmy_mutant(catalogue formats/catalog.cpp formats/catalog.cpp
  "unsigned_zero(5, 2, 16)" "unsigned_zero(5, 2, 15)" digests)
exmy_mutant(grammar formats/name_grammar.cpp formats/name_grammar.cpp
  "f.bias = 1 << (f.exponent_bits - 1);" "f.bias = (1 << (f.exponent_bits - 1)) - 1;" digests)
exmy_mutant(digest sim/verify/digests_part.cpp sim/verify/digests.inc
  "{\"e4m3fn\", \"" "{\"e4m3fn\", \"0" digests)
exmy_mutant(second sim/verify/second_rounding.cpp sim/verify/second_rounding.cpp
  "2 * std::uint64_t{random} + 1 >=" "2 * std::uint64_t{random} >=" projection)
exmy_mutant(span formats/functions/spans.cpp formats/functions/spans.cpp
  "most_odd_bits - bits);" "most_odd_bits - bits + 1);" functions/spans)
exmy_mutant(table formats/functions/function_table.cpp formats/functions/function_table.cpp
  "(is_negative(x) ? last_ + 1 : 0)" "(is_negative(x) ? last_ : 0)" functions/tables)
exmy_mutant(function formats/functions/logistic.cpp formats/functions/logistic.cpp
  "magnitude(x) < 0x1p-46" "magnitude(x) < 0x1p-4" functions/digests)
exmy_mutant(float_span formats/kernels/float_spans_baseline.cpp formats/kernels/float_operations.inc
  "(Word{1} - 2 * inward)" "(Word{1} - inward)" kernels/float_spans)
exmy_mutant(float_span_proof formats/kernels/float_spans.cpp formats/kernels/float_spans.cpp
  "p + n + 2 <= 24" "p + n + 1 <= 24" kernels/float_spans)
exmy_mutant(tile formats/kernels/tiles_v2.cpp formats/kernels/tile_counts.inc
  "IfThenElse(hn::Ne(error" "IfThenElse(hn::Eq(error" tiles)
exmy_mutant(tile_count formats/kernels/tiles_v2.cpp formats/kernels/tile_counts.inc
  "constant(0x1p-24f)" "constant(0x1p-25f)" tiles)
exmy_mutant(tile_transposed formats/kernels/tiles_v2.cpp formats/kernels/tile_spans.inc
  "float* into = to + c * to_step;" "float* into = to;" tiles)
exmy_mutant(tile_quick formats/kernels/tiles_v2.cpp formats/kernels/tile_quick.inc
  "t.add_to(change), e," "change, e," tiles)
exmy_mutant(tile_exact sim/ops/tile_plan.cpp sim/ops/tile_plan.cpp
  "grid + binary32_bits, 126" "grid + binary32_bits + 1, 126" tiles)
exmy_mutant(tile_proof sim/ops/tile_plan.cpp sim/ops/tile_plan.cpp
  "? TileStep::fused : TileStep::odd" "? TileStep::fused : TileStep::fused" tiles)
exmy_mutant(strip formats/kernels/strips_v2.cpp formats/kernels/strip_draws.inc
  "hn::Sub(r, hn::Set(words, 1))" "r" strips)
exmy_mutant(strip_proof sim/ops/strip_plan.cpp sim/ops/strip_plan.cpp
  "r.half = std::uint32_t{1} <<" "r.half = std::uint32_t{2} <<" strips)
exmy_mutant(order_tree formats/kernels/orders_v2.cpp formats/kernels/orders_pairwise.inc
  "before >> level & 1" "before >> level & 3" orders)
exmy_mutant(order_exact sim/ops/order_plan.cpp sim/ops/order_plan.cpp "1.5 * pow2(52 + *cut)" "1.5 * pow2(12 + *cut)" orders)
exmy_mutant(order_block sim/ops/order_plan.cpp sim/ops/order_plan.cpp
  "t.grid + block.fraction_bits" "t.grid + block.fraction_bits + 1" orders)
exmy_mutant(bench_round formats/kernels/float_spans.cpp formats/kernels/float_spans.cpp
  "k.dropped = 23 - f.mantissa_bits" "k.dropped = 22 - f.mantissa_bits" bench:round/)
exmy_mutant(bench_matrix sim/ops/tile_plan.cpp sim/ops/tile_plan.cpp "<< 23 | 0x00400000u" "<< 23" bench:matrix/fp16)
exmy_mutant(bench_function formats/functions/function_table.cpp formats/functions/function_table.cpp
  "values_[last_ + 1 + i]" "values_[last_ + i]" bench:function/tanh)
exmy_mutant(bench_convolution sim/ops/tile_job.cpp sim/ops/tile_job.cpp
  "there.data + there.offsets.columns[0], 0" "there.data, 0" bench:convolution/16-16x32/forward)
