# detente_add_kernels() makes the object library `detente_kernels`: the array functions, compiled once per
# instruction set with that set's flags, and the dispatch that picks one at load.
#
# The sources must have internal linkage throughout: a weak symbol compiled with wide instructions could be
# the copy that the linker keeps for the whole program.

function(detente_add_kernels)
  set(source_dir ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../src)
  add_library(detente_kernels OBJECT
    ${source_dir}/kernel/dispatch.cpp
    ${source_dir}/kernel/kernels_generic.cpp
  )
  target_include_directories(detente_kernels
    PUBLIC $<BUILD_INTERFACE:${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../include>
    PRIVATE ${source_dir}
  )
  target_compile_features(detente_kernels PUBLIC cxx_std_20)
  set_target_properties(detente_kernels PROPERTIES POSITION_INDEPENDENT_CODE ON CXX_EXTENSIONS OFF)

  # Never -ffast-math: NaN must propagate and compare false, or a bad hazard would go unseen.
  set(flags -O3 -ffp-contract=off -fno-math-errno -fno-trapping-math)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC 12 takes the undefined operand inside its own AVX-512 intrinsics for a use of ours.
    list(APPEND flags -Wno-uninitialized -Wno-maybe-uninitialized)
  endif()
  set_source_files_properties(${source_dir}/kernel/kernels_generic.cpp
    TARGET_DIRECTORY detente_kernels PROPERTIES COMPILE_OPTIONS "${flags}")

  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64)$" AND CMAKE_SIZEOF_VOID_P EQUAL 8)
    target_compile_definitions(detente_kernels PRIVATE DETENTE_X86_KERNELS)
    foreach(set IN ITEMS v2 v3 v4)
      set(set_flags ${flags} -march=x86-64-${set})
      if(set STREQUAL "v4")
        list(APPEND set_flags -mprefer-vector-width=512)
      endif()
      target_sources(detente_kernels PRIVATE ${source_dir}/kernel/kernels_${set}.cpp)
      set_source_files_properties(${source_dir}/kernel/kernels_${set}.cpp
        TARGET_DIRECTORY detente_kernels PROPERTIES COMPILE_OPTIONS "${set_flags}")
    endforeach()
  endif()
endfunction()
