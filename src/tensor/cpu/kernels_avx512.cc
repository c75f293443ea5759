#define PLANTAIN_KERNELS avx512_kernels
#define PLANTAIN_KERNELS_NAME "avx512"
#define PLANTAIN_LANES 16
#define PLANTAIN_STRIP_ROWS 12
#include "tensor/cpu/kernels_body.h"
