# The self-check of a mutant must say which part found different bits, show some, and end with exit code 5; so must its
# bench, in the row and in the summary.
execute_process(COMMAND ${PROGRAM} ${PART} RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE err)
set(first "DIFFERENT: [1-9]")
set(second "    got      ")
if(PART MATCHES "^bench:")
  set(first "DIFFERENT: [cey]")  # "counter ...", "element ...", "y: element ..."
  set(second "different: [1-9]")
endif()
if(NOT code EQUAL 5 OR NOT out MATCHES "${first}" OR NOT out MATCHES "${second}")
  message(FATAL_ERROR "exit code ${code}\n${out}${err}")
endif()
