# How our code is compiled. Results must be the same on every build of one compiler, so nothing here
# may reassociate or contract floating-point arithmetic: no -ffast-math, no -march=native. Kernel
# files choose their instruction sets in kernel_targets.cmake.
find_package(Threads REQUIRED)

function(detente_code_generation target)
  set_target_properties(${target} PROPERTIES
    CXX_STANDARD 20
    CXX_STANDARD_REQUIRED ON
    CXX_EXTENSIONS OFF
    POSITION_INDEPENDENT_CODE ON
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
  )
  target_compile_options(${target} PRIVATE -ffp-contract=off)
  if(DETENTE_SANITIZERS)
    target_compile_options(${target} PRIVATE
      -fsanitize=${DETENTE_SANITIZERS} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=${DETENTE_SANITIZERS})
  endif()
endfunction()
