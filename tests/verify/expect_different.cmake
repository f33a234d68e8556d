# The self-check of a mutant must say which part found different bits, show some, and end with exit code 5.
execute_process(COMMAND ${PROGRAM} ${PART} RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE err)
if(NOT code EQUAL 5 OR NOT out MATCHES "DIFFERENT: [1-9]" OR NOT out MATCHES "    got      ")
  message(FATAL_ERROR "exit code ${code}\n${out}${err}")
endif()
