#define PLANTAIN_KERNELS avx2_kernels
#define PLANTAIN_KERNELS_NAME "avx2"
#define PLANTAIN_LANES 8
#define PLANTAIN_STRIP_ROWS 6
#include "tensor/cpu/kernels_body.h"
