#define PLANTAIN_KERNELS portable_kernels
#define PLANTAIN_KERNELS_NAME "portable"
#define PLANTAIN_LANES 4
#define PLANTAIN_STRIP_ROWS 4
#include "tensor/cpu/kernels_body.h"
