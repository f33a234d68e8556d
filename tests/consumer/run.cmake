# cmake -DBUILD=<build of exmy> -DSOURCE=<its sources> -DWORK=<empty folder> -DCXX=<compiler> -DGENERATOR=<of the build>
#   -P run.cmake
# Installs, moves what was installed, builds a project that finds it there, and runs its programs.
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${ARGN} failed:\n${output}")
  endif()
endfunction()

function(configure wanted result output)
  execute_process(COMMAND ${CMAKE_COMMAND} -G ${GENERATOR} -S ${CMAKE_CURRENT_LIST_DIR} -B ${WORK}/build-${wanted}
    -DWANTED=${wanted}
    -DCMAKE_PREFIX_PATH=${WORK}/moved -DCMAKE_CXX_COMPILER=${CXX}
    RESULT_VARIABLE code OUTPUT_VARIABLE text ERROR_VARIABLE text)
  set(${result} ${code} PARENT_SCOPE)
  set(${output} "${text}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD}/formats --prefix ${WORK}/prefix)
file(RENAME ${WORK}/prefix ${WORK}/moved)

file(GLOB_RECURSE exported ${WORK}/moved/*.cmake)
foreach(file ${exported})
  file(READ ${file} text)
  foreach(place ${SOURCE} ${BUILD} ${WORK}/prefix)
    string(FIND "${text}" "${place}" found)
    if(NOT found EQUAL -1)
      message(FATAL_ERROR "${file} names ${place}, which a user does not have")
    endif()
  endforeach()
endforeach()

foreach(wanted 99 0.0)  # SameMinorVersion
  configure(${wanted} result output)
  if(result EQUAL 0 OR NOT output MATCHES "requested version")
    message(FATAL_ERROR "version ${wanted} was found, or refused for another reason:\n${output}")
  endif()
endforeach()
configure(0.1 result output)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "version 0.1 was not found:\n${output}")
endif()
run(${CMAKE_COMMAND} --build ${WORK}/build-0.1)
run(${WORK}/build-0.1/formats_only)
run(${WORK}/build-0.1/consumer)
