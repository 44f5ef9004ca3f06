/** Generated from libtorch's schemas by scripts/generate-ops.mjs; the list stands in scripts/operators.txt. Do not edit. */
import type { Device } from '../engine/device.js';
import type { DType } from '../engine/dtype.js';
import type { Generator } from '../tensor/random.js';
import type { Scalar, Tensor } from '../tensor/tensor.js';

export type Int = number | bigint;
export type OptionalTensors = readonly (Tensor | null)[];
export type Layout = 'strided' | 'sparse_coo';
export type MemoryFormat = 'contiguous_format' | 'preserve_format' | 'channels_last' | 'channels_last_3d';

/** Operators as functions: positional arguments first, the rest by name in a last object. */
export interface Ops {
  _foreach_abs(self: readonly Tensor[]): Tensor[];
  _foreach_add(self: readonly Tensor[], other: readonly Tensor[], named?: { alpha?: Scalar }): Tensor[];
  _foreach_add(self: readonly Tensor[], scalar: Scalar): Tensor[];
  _foreach_add(self: readonly Tensor[], scalars: readonly Scalar[]): Tensor[];
  _foreach_add_(self: readonly Tensor[], other: readonly Tensor[], named?: { alpha?: Scalar }): void;
  _foreach_add_(self: readonly Tensor[], scalar: Scalar): void;
  _foreach_add_(self: readonly Tensor[], scalars: readonly Scalar[]): void;
  _foreach_addcdiv(
    self: readonly Tensor[],
    tensor1: readonly Tensor[],
    tensor2: readonly Tensor[],
    named?: { value?: Scalar },
  ): Tensor[];
  _foreach_addcdiv(
    self: readonly Tensor[],
    tensor1: readonly Tensor[],
    tensor2: readonly Tensor[],
    value: Scalar,
  ): Tensor[];
  _foreach_addcdiv(
    self: readonly Tensor[],
    tensor1: readonly Tensor[],
    tensor2: readonly Tensor[],
    scalars: readonly Scalar[],
  ): Tensor[];
  _foreach_addcdiv_(
    self: readonly Tensor[],
    tensor1: readonly Tensor[],
    tensor2: readonly Tensor[],
    named?: { value?: Scalar },
  ): void;
  _foreach_addcdiv_(
    self: readonly Tensor[],
    tensor1: readonly Tensor[],
    tensor2: readonly Tensor[],
    value: Scalar,
  ): void;
  _foreach_addcdiv_(
    self: readonly Tensor[],
    tensor1: readonly Tensor[],
    tensor2: readonly Tensor[],
    scalars: readonly Scalar[],
  ): void;
  _foreach_addcmul(
    self: readonly Tensor[],
    tensor1: readonly Tensor[],
    tensor2: readonly Tensor[],
    named?: { value?: Scalar },
  ): Tensor[];
  _foreach_addcmul(
    self: readonly Tensor[],
    tensor1: readonly Tensor[],
    tensor2: readonly Tensor[],
    value: Scalar,
  ): Tensor[];
  _foreach_addcmul(
    self: readonly Tensor[],
    tensor1: readonly Tensor[],
    tensor2: readonly Tensor[],
    scalars: readonly Scalar[],
  ): Tensor[];
  _foreach_addcmul_(
    self: readonly Tensor[],
    tensor1: readonly Tensor[],
    tensor2: readonly Tensor[],
    named?: { value?: Scalar },
  ): void;
  _foreach_addcmul_(
    self: readonly Tensor[],
    tensor1: readonly Tensor[],
    tensor2: readonly Tensor[],
    value: Scalar,
  ): void;
  _foreach_addcmul_(
    self: readonly Tensor[],
    tensor1: readonly Tensor[],
    tensor2: readonly Tensor[],
    scalars: readonly Scalar[],
  ): void;
  _foreach_div(self: readonly Tensor[], other: readonly Tensor[]): Tensor[];
  _foreach_div(self: readonly Tensor[], scalar: Scalar): Tensor[];
  _foreach_div(self: readonly Tensor[], scalars: readonly Scalar[]): Tensor[];
  _foreach_div_(self: readonly Tensor[], other: readonly Tensor[]): void;
  _foreach_div_(self: readonly Tensor[], scalar: Scalar): void;
  _foreach_div_(self: readonly Tensor[], scalars: readonly Scalar[]): void;
  _foreach_maximum(self: readonly Tensor[], other: readonly Tensor[]): Tensor[];
  _foreach_maximum_(self: readonly Tensor[], other: readonly Tensor[]): void;
  _foreach_minimum(self: readonly Tensor[], other: readonly Tensor[]): Tensor[];
  _foreach_mul(self: readonly Tensor[], other: readonly Tensor[]): Tensor[];
  _foreach_mul(self: readonly Tensor[], scalar: Scalar): Tensor[];
  _foreach_mul(self: readonly Tensor[], scalars: readonly Scalar[]): Tensor[];
  _foreach_mul_(self: readonly Tensor[], other: readonly Tensor[]): void;
  _foreach_mul_(self: readonly Tensor[], scalar: Scalar): void;
  _foreach_mul_(self: readonly Tensor[], scalars: readonly Scalar[]): void;
  _foreach_neg(self: readonly Tensor[]): Tensor[];
  _foreach_neg_(self: readonly Tensor[]): void;
  _foreach_norm(self: readonly Tensor[], named?: { ord?: Scalar }): Tensor[];
  _foreach_norm(self: readonly Tensor[], ord: Scalar): Tensor[];
  _foreach_reciprocal_(self: readonly Tensor[]): void;
  _foreach_sqrt(self: readonly Tensor[]): Tensor[];
  _foreach_sqrt_(self: readonly Tensor[]): void;
  _foreach_sub(self: readonly Tensor[], other: readonly Tensor[], named?: { alpha?: Scalar }): Tensor[];
  _foreach_sub(self: readonly Tensor[], scalar: Scalar): Tensor[];
  _foreach_sub(self: readonly Tensor[], scalars: readonly Scalar[]): Tensor[];
  _foreach_sub_(self: readonly Tensor[], other: readonly Tensor[], named?: { alpha?: Scalar }): void;
  _foreach_sub_(self: readonly Tensor[], scalar: Scalar): void;
  _foreach_sub_(self: readonly Tensor[], scalars: readonly Scalar[]): void;
  _foreach_zero_(self: readonly Tensor[]): void;
  _log_softmax(self: Tensor, dim: Int, half_to_float: boolean): Tensor;
  _softmax(self: Tensor, dim: Int, half_to_float: boolean): Tensor;
  _to_copy(
    self: Tensor,
    named?: {
      dtype?: DType | null;
      layout?: Layout | null;
      device?: Device | null;
      pin_memory?: boolean | null;
      non_blocking?: boolean;
      memory_format?: MemoryFormat | null;
    },
  ): Tensor;
  _unique2(
    self: Tensor,
    named?: { sorted?: boolean; return_inverse?: boolean; return_counts?: boolean },
  ): [Tensor, Tensor, Tensor];
  _unique2(
    self: Tensor,
    sorted: boolean,
    named?: { return_inverse?: boolean; return_counts?: boolean },
  ): [Tensor, Tensor, Tensor];
  _unique2(
    self: Tensor,
    sorted: boolean,
    return_inverse: boolean,
    named?: { return_counts?: boolean },
  ): [Tensor, Tensor, Tensor];
  _unique2(
    self: Tensor,
    sorted: boolean,
    return_inverse: boolean,
    return_counts: boolean,
  ): [Tensor, Tensor, Tensor];
  abs(self: Tensor): Tensor;
  acos(self: Tensor): Tensor;
  adaptive_avg_pool1d(self: Tensor, output_size: Int | readonly Int[]): Tensor;
  adaptive_avg_pool2d(self: Tensor, output_size: Int | readonly Int[]): Tensor;
  adaptive_avg_pool3d(self: Tensor, output_size: Int | readonly Int[]): Tensor;
  adaptive_max_pool1d(self: Tensor, output_size: Int | readonly Int[]): [Tensor, Tensor];
  adaptive_max_pool2d(self: Tensor, output_size: Int | readonly Int[]): [Tensor, Tensor];
  adaptive_max_pool3d(self: Tensor, output_size: Int | readonly Int[]): [Tensor, Tensor];
  add(self: Tensor, other: Scalar, alpha: Scalar): Tensor;
  add(self: Tensor, other: Scalar | Tensor, named?: { alpha?: Scalar }): Tensor;
  add_(self: Tensor, other: Scalar, alpha: Scalar): Tensor;
  add_(self: Tensor, other: Scalar | Tensor, named?: { alpha?: Scalar }): Tensor;
  addbmm(self: Tensor, batch1: Tensor, batch2: Tensor, named?: { beta?: Scalar; alpha?: Scalar }): Tensor;
  addcdiv(self: Tensor, tensor1: Tensor, tensor2: Tensor, named?: { value?: Scalar }): Tensor;
  addcdiv_(self: Tensor, tensor1: Tensor, tensor2: Tensor, named?: { value?: Scalar }): Tensor;
  addcmul(self: Tensor, tensor1: Tensor, tensor2: Tensor, named?: { value?: Scalar }): Tensor;
  addcmul_(self: Tensor, tensor1: Tensor, tensor2: Tensor, named?: { value?: Scalar }): Tensor;
  addmm(self: Tensor, mat1: Tensor, mat2: Tensor, named?: { beta?: Scalar; alpha?: Scalar }): Tensor;
  addmm_(self: Tensor, mat1: Tensor, mat2: Tensor, named?: { beta?: Scalar; alpha?: Scalar }): Tensor;
  affine_grid_generator(theta: Tensor, size: readonly Int[], align_corners: boolean): Tensor;
  alias(self: Tensor): Tensor;
  all(self: Tensor): Tensor;
  all(self: Tensor, dim: Int, named?: { keepdim?: boolean }): Tensor;
  all(self: Tensor, dim: Int, keepdim: boolean): Tensor;
  allclose(
    self: Tensor,
    other: Tensor,
    named?: { rtol?: number; atol?: number; equal_nan?: boolean },
  ): boolean;
  allclose(
    self: Tensor,
    other: Tensor,
    rtol: number,
    named?: { atol?: number; equal_nan?: boolean },
  ): boolean;
  allclose(self: Tensor, other: Tensor, rtol: number, atol: number, named?: { equal_nan?: boolean }): boolean;
  allclose(self: Tensor, other: Tensor, rtol: number, atol: number, equal_nan: boolean): boolean;
  alpha_dropout(input: Tensor, p: number, train: boolean): Tensor;
  amax(self: Tensor, named?: { dim?: Int | readonly Int[]; keepdim?: boolean }): Tensor;
  amax(self: Tensor, dim: Int | readonly Int[], named?: { keepdim?: boolean }): Tensor;
  amax(self: Tensor, dim: Int | readonly Int[], keepdim: boolean): Tensor;
  amin(self: Tensor, named?: { dim?: Int | readonly Int[]; keepdim?: boolean }): Tensor;
  amin(self: Tensor, dim: Int | readonly Int[], named?: { keepdim?: boolean }): Tensor;
  amin(self: Tensor, dim: Int | readonly Int[], keepdim: boolean): Tensor;
  any(self: Tensor): Tensor;
  any(self: Tensor, dim: Int, named?: { keepdim?: boolean }): Tensor;
  any(self: Tensor, dim: Int, keepdim: boolean): Tensor;
  arange(
    end: Scalar,
    named?: {
      dtype?: DType | null;
      layout?: Layout | null;
      device?: Device | null;
      pin_memory?: boolean | null;
    },
  ): Tensor;
  arange(
    start: Scalar,
    end: Scalar,
    named?: {
      step?: Scalar;
      dtype?: DType | null;
      layout?: Layout | null;
      device?: Device | null;
      pin_memory?: boolean | null;
    },
  ): Tensor;
  arange(
    start: Scalar,
    end: Scalar,
    step: Scalar,
    named?: {
      dtype?: DType | null;
      layout?: Layout | null;
      device?: Device | null;
      pin_memory?: boolean | null;
    },
  ): Tensor;
  argmax(self: Tensor, named?: { dim?: Int | null; keepdim?: boolean }): Tensor;
  argmax(self: Tensor, dim: Int | null, named?: { keepdim?: boolean }): Tensor;
  argmax(self: Tensor, dim: Int | null, keepdim: boolean): Tensor;
  argmin(self: Tensor, named?: { dim?: Int | null; keepdim?: boolean }): Tensor;
  argmin(self: Tensor, dim: Int | null, named?: { keepdim?: boolean }): Tensor;
  argmin(self: Tensor, dim: Int | null, keepdim: boolean): Tensor;
  argsort(self: Tensor, dim: Int, named?: { descending?: boolean }): Tensor;
  argsort(self: Tensor, dim: Int, descending: boolean): Tensor;
  argsort(self: Tensor, named?: { stable?: boolean; dim?: Int; descending?: boolean }): Tensor;
  as_strided(
    self: Tensor,
    size: readonly Int[],
    stride: readonly Int[],
    named?: { storage_offset?: Int | null },
  ): Tensor;
  as_strided(self: Tensor, size: readonly Int[], stride: readonly Int[], storage_offset: Int | null): Tensor;
  asin(self: Tensor): Tensor;
  atan(self: Tensor): Tensor;
  atan2(self: Tensor, other: Tensor): Tensor;
  avg_pool1d(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    named?: {
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[];
      ceil_mode?: boolean;
      count_include_pad?: boolean;
    },
  ): Tensor;
  avg_pool1d(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    named?: { padding?: Int | readonly Int[]; ceil_mode?: boolean; count_include_pad?: boolean },
  ): Tensor;
  avg_pool1d(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    named?: { ceil_mode?: boolean; count_include_pad?: boolean },
  ): Tensor;
  avg_pool1d(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    ceil_mode: boolean,
    named?: { count_include_pad?: boolean },
  ): Tensor;
  avg_pool1d(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    ceil_mode: boolean,
    count_include_pad: boolean,
  ): Tensor;
  avg_pool2d(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    named?: {
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[];
      ceil_mode?: boolean;
      count_include_pad?: boolean;
      divisor_override?: Int | null;
    },
  ): Tensor;
  avg_pool2d(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    named?: {
      padding?: Int | readonly Int[];
      ceil_mode?: boolean;
      count_include_pad?: boolean;
      divisor_override?: Int | null;
    },
  ): Tensor;
  avg_pool2d(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    named?: { ceil_mode?: boolean; count_include_pad?: boolean; divisor_override?: Int | null },
  ): Tensor;
  avg_pool2d(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    ceil_mode: boolean,
    named?: { count_include_pad?: boolean; divisor_override?: Int | null },
  ): Tensor;
  avg_pool2d(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    ceil_mode: boolean,
    count_include_pad: boolean,
    named?: { divisor_override?: Int | null },
  ): Tensor;
  avg_pool2d(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    ceil_mode: boolean,
    count_include_pad: boolean,
    divisor_override: Int | null,
  ): Tensor;
  avg_pool3d(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    named?: {
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[];
      ceil_mode?: boolean;
      count_include_pad?: boolean;
      divisor_override?: Int | null;
    },
  ): Tensor;
  avg_pool3d(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    named?: {
      padding?: Int | readonly Int[];
      ceil_mode?: boolean;
      count_include_pad?: boolean;
      divisor_override?: Int | null;
    },
  ): Tensor;
  avg_pool3d(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    named?: { ceil_mode?: boolean; count_include_pad?: boolean; divisor_override?: Int | null },
  ): Tensor;
  avg_pool3d(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    ceil_mode: boolean,
    named?: { count_include_pad?: boolean; divisor_override?: Int | null },
  ): Tensor;
  avg_pool3d(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    ceil_mode: boolean,
    count_include_pad: boolean,
    named?: { divisor_override?: Int | null },
  ): Tensor;
  avg_pool3d(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    ceil_mode: boolean,
    count_include_pad: boolean,
    divisor_override: Int | null,
  ): Tensor;
  baddbmm(self: Tensor, batch1: Tensor, batch2: Tensor, named?: { beta?: Scalar; alpha?: Scalar }): Tensor;
  batch_norm(
    input: Tensor,
    weight: Tensor | null,
    bias: Tensor | null,
    running_mean: Tensor | null,
    running_var: Tensor | null,
    training: boolean,
    momentum: number,
    eps: number,
    cudnn_enabled: boolean,
  ): Tensor;
  bernoulli(self: Tensor, named?: { generator?: Generator | null }): Tensor;
  bernoulli(self: Tensor, p: Tensor | number, named?: { generator?: Generator | null }): Tensor;
  bernoulli_(self: Tensor, named?: { p?: number; generator?: Generator | null }): Tensor;
  bernoulli_(self: Tensor, p: number, named?: { generator?: Generator | null }): Tensor;
  bernoulli_(self: Tensor, p: Tensor, named?: { generator?: Generator | null }): Tensor;
  bilinear(input1: Tensor, input2: Tensor, weight: Tensor, named?: { bias?: Tensor | null }): Tensor;
  bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | null): Tensor;
  binary_cross_entropy(
    self: Tensor,
    target: Tensor,
    named?: { weight?: Tensor | null; reduction?: Int },
  ): Tensor;
  binary_cross_entropy(
    self: Tensor,
    target: Tensor,
    weight: Tensor | null,
    named?: { reduction?: Int },
  ): Tensor;
  binary_cross_entropy(self: Tensor, target: Tensor, weight: Tensor | null, reduction: Int): Tensor;
  binary_cross_entropy_with_logits(
    self: Tensor,
    target: Tensor,
    named?: { weight?: Tensor | null; pos_weight?: Tensor | null; reduction?: Int },
  ): Tensor;
  binary_cross_entropy_with_logits(
    self: Tensor,
    target: Tensor,
    weight: Tensor | null,
    named?: { pos_weight?: Tensor | null; reduction?: Int },
  ): Tensor;
  binary_cross_entropy_with_logits(
    self: Tensor,
    target: Tensor,
    weight: Tensor | null,
    pos_weight: Tensor | null,
    named?: { reduction?: Int },
  ): Tensor;
  binary_cross_entropy_with_logits(
    self: Tensor,
    target: Tensor,
    weight: Tensor | null,
    pos_weight: Tensor | null,
    reduction: Int,
  ): Tensor;
  bincount(self: Tensor, named?: { weights?: Tensor | null; minlength?: Int }): Tensor;
  bincount(self: Tensor, weights: Tensor | null, named?: { minlength?: Int }): Tensor;
  bincount(self: Tensor, weights: Tensor | null, minlength: Int): Tensor;
  bitwise_and(self: Tensor, other: Scalar | Tensor): Tensor;
  bitwise_and(self: Scalar, other: Tensor): Tensor;
  bitwise_not(self: Tensor): Tensor;
  bitwise_or(self: Tensor, other: Scalar | Tensor): Tensor;
  bitwise_or(self: Scalar, other: Tensor): Tensor;
  bmm(self: Tensor, mat2: Tensor): Tensor;
  broadcast_tensors(tensors: readonly Tensor[]): Tensor[];
  bucketize(
    self: Scalar | Tensor,
    boundaries: Tensor,
    named?: { out_int32?: boolean; right?: boolean },
  ): Tensor;
  cat(tensors: readonly Tensor[], named?: { dim?: Int }): Tensor;
  cat(tensors: readonly Tensor[], dim: Int): Tensor;
  ceil(self: Tensor): Tensor;
  celu(self: Tensor, named?: { alpha?: Scalar }): Tensor;
  celu(self: Tensor, alpha: Scalar): Tensor;
  chunk(self: Tensor, chunks: Int, named?: { dim?: Int }): Tensor[];
  chunk(self: Tensor, chunks: Int, dim: Int): Tensor[];
  clamp(self: Tensor, named?: { min?: Scalar | null; max?: Scalar | null }): Tensor;
  clamp(self: Tensor, min: Scalar | null, named?: { max?: Scalar | null }): Tensor;
  clamp(self: Tensor, min: Scalar | null, max: Scalar | null): Tensor;
  clamp(self: Tensor, named?: { min?: Tensor | null; max?: Tensor | null }): Tensor;
  clamp(self: Tensor, min: Tensor | null, named?: { max?: Tensor | null }): Tensor;
  clamp(self: Tensor, min: Tensor | null, max: Tensor | null): Tensor;
  clamp_(self: Tensor, named?: { min?: Scalar | null; max?: Scalar | null }): Tensor;
  clamp_(self: Tensor, min: Scalar | null, named?: { max?: Scalar | null }): Tensor;
  clamp_(self: Tensor, min: Scalar | null, max: Scalar | null): Tensor;
  clamp_(self: Tensor, named?: { min?: Tensor | null; max?: Tensor | null }): Tensor;
  clamp_(self: Tensor, min: Tensor | null, named?: { max?: Tensor | null }): Tensor;
  clamp_(self: Tensor, min: Tensor | null, max: Tensor | null): Tensor;
  clamp_max(self: Tensor, max: Scalar | Tensor): Tensor;
  clamp_min(self: Tensor, min: Scalar | Tensor): Tensor;
  clone(self: Tensor, named?: { memory_format?: MemoryFormat | null }): Tensor;
  col2im(
    self: Tensor,
    output_size: Int | readonly Int[],
    kernel_size: Int | readonly Int[],
    dilation: Int | readonly Int[],
    padding: Int | readonly Int[],
    stride: Int | readonly Int[],
  ): Tensor;
  constant_pad_nd(self: Tensor, pad: readonly Int[], named?: { value?: Scalar }): Tensor;
  constant_pad_nd(self: Tensor, pad: readonly Int[], value: Scalar): Tensor;
  contiguous(self: Tensor, named?: { memory_format?: MemoryFormat }): Tensor;
  conv1d(
    input: Tensor,
    weight: Tensor,
    named?: {
      bias?: Tensor | null;
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[] | string;
      dilation?: Int | readonly Int[];
      groups?: Int;
    },
  ): Tensor;
  conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    named?: {
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[] | string;
      dilation?: Int | readonly Int[];
      groups?: Int;
    },
  ): Tensor;
  conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    named?: { padding?: Int | readonly Int[] | string; dilation?: Int | readonly Int[]; groups?: Int },
  ): Tensor;
  conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[] | string,
    named?: { dilation?: Int | readonly Int[]; groups?: Int },
  ): Tensor;
  conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[] | string,
    dilation: Int | readonly Int[],
    named?: { groups?: Int },
  ): Tensor;
  conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[] | string,
    dilation: Int | readonly Int[],
    groups: Int,
  ): Tensor;
  conv2d(
    input: Tensor,
    weight: Tensor,
    named?: {
      bias?: Tensor | null;
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[] | string;
      dilation?: Int | readonly Int[];
      groups?: Int;
    },
  ): Tensor;
  conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    named?: {
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[] | string;
      dilation?: Int | readonly Int[];
      groups?: Int;
    },
  ): Tensor;
  conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    named?: { padding?: Int | readonly Int[] | string; dilation?: Int | readonly Int[]; groups?: Int },
  ): Tensor;
  conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[] | string,
    named?: { dilation?: Int | readonly Int[]; groups?: Int },
  ): Tensor;
  conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[] | string,
    dilation: Int | readonly Int[],
    named?: { groups?: Int },
  ): Tensor;
  conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[] | string,
    dilation: Int | readonly Int[],
    groups: Int,
  ): Tensor;
  conv3d(
    input: Tensor,
    weight: Tensor,
    named?: {
      bias?: Tensor | null;
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[] | string;
      dilation?: Int | readonly Int[];
      groups?: Int;
    },
  ): Tensor;
  conv3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    named?: {
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[] | string;
      dilation?: Int | readonly Int[];
      groups?: Int;
    },
  ): Tensor;
  conv3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    named?: { padding?: Int | readonly Int[] | string; dilation?: Int | readonly Int[]; groups?: Int },
  ): Tensor;
  conv3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[] | string,
    named?: { dilation?: Int | readonly Int[]; groups?: Int },
  ): Tensor;
  conv3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[] | string,
    dilation: Int | readonly Int[],
    named?: { groups?: Int },
  ): Tensor;
  conv3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[] | string,
    dilation: Int | readonly Int[],
    groups: Int,
  ): Tensor;
  conv_transpose1d(
    input: Tensor,
    weight: Tensor,
    named?: {
      bias?: Tensor | null;
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[];
      output_padding?: Int | readonly Int[];
      groups?: Int;
      dilation?: Int | readonly Int[];
    },
  ): Tensor;
  conv_transpose1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    named?: {
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[];
      output_padding?: Int | readonly Int[];
      groups?: Int;
      dilation?: Int | readonly Int[];
    },
  ): Tensor;
  conv_transpose1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    named?: {
      padding?: Int | readonly Int[];
      output_padding?: Int | readonly Int[];
      groups?: Int;
      dilation?: Int | readonly Int[];
    },
  ): Tensor;
  conv_transpose1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    named?: { output_padding?: Int | readonly Int[]; groups?: Int; dilation?: Int | readonly Int[] },
  ): Tensor;
  conv_transpose1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    output_padding: Int | readonly Int[],
    named?: { groups?: Int; dilation?: Int | readonly Int[] },
  ): Tensor;
  conv_transpose1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    output_padding: Int | readonly Int[],
    groups: Int,
    named?: { dilation?: Int | readonly Int[] },
  ): Tensor;
  conv_transpose1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    output_padding: Int | readonly Int[],
    groups: Int,
    dilation: Int | readonly Int[],
  ): Tensor;
  conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    named?: {
      bias?: Tensor | null;
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[];
      output_padding?: Int | readonly Int[];
      groups?: Int;
      dilation?: Int | readonly Int[];
    },
  ): Tensor;
  conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    named?: {
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[];
      output_padding?: Int | readonly Int[];
      groups?: Int;
      dilation?: Int | readonly Int[];
    },
  ): Tensor;
  conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    named?: {
      padding?: Int | readonly Int[];
      output_padding?: Int | readonly Int[];
      groups?: Int;
      dilation?: Int | readonly Int[];
    },
  ): Tensor;
  conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    named?: { output_padding?: Int | readonly Int[]; groups?: Int; dilation?: Int | readonly Int[] },
  ): Tensor;
  conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    output_padding: Int | readonly Int[],
    named?: { groups?: Int; dilation?: Int | readonly Int[] },
  ): Tensor;
  conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    output_padding: Int | readonly Int[],
    groups: Int,
    named?: { dilation?: Int | readonly Int[] },
  ): Tensor;
  conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    output_padding: Int | readonly Int[],
    groups: Int,
    dilation: Int | readonly Int[],
  ): Tensor;
  conv_transpose3d(
    input: Tensor,
    weight: Tensor,
    named?: {
      bias?: Tensor | null;
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[];
      output_padding?: Int | readonly Int[];
      groups?: Int;
      dilation?: Int | readonly Int[];
    },
  ): Tensor;
  conv_transpose3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    named?: {
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[];
      output_padding?: Int | readonly Int[];
      groups?: Int;
      dilation?: Int | readonly Int[];
    },
  ): Tensor;
  conv_transpose3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    named?: {
      padding?: Int | readonly Int[];
      output_padding?: Int | readonly Int[];
      groups?: Int;
      dilation?: Int | readonly Int[];
    },
  ): Tensor;
  conv_transpose3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    named?: { output_padding?: Int | readonly Int[]; groups?: Int; dilation?: Int | readonly Int[] },
  ): Tensor;
  conv_transpose3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    output_padding: Int | readonly Int[],
    named?: { groups?: Int; dilation?: Int | readonly Int[] },
  ): Tensor;
  conv_transpose3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    output_padding: Int | readonly Int[],
    groups: Int,
    named?: { dilation?: Int | readonly Int[] },
  ): Tensor;
  conv_transpose3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    output_padding: Int | readonly Int[],
    groups: Int,
    dilation: Int | readonly Int[],
  ): Tensor;
  copy_(self: Tensor, src: Tensor, named?: { non_blocking?: boolean }): Tensor;
  copy_(self: Tensor, src: Tensor, non_blocking: boolean): Tensor;
  cos(self: Tensor): Tensor;
  cosh(self: Tensor): Tensor;
  cosine_embedding_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    named?: { margin?: number; reduction?: Int },
  ): Tensor;
  cosine_embedding_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: number,
    named?: { reduction?: Int },
  ): Tensor;
  cosine_embedding_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: number,
    reduction: Int,
  ): Tensor;
  cosine_similarity(x1: Tensor, x2: Tensor, named?: { dim?: Int; eps?: number }): Tensor;
  cosine_similarity(x1: Tensor, x2: Tensor, dim: Int, named?: { eps?: number }): Tensor;
  cosine_similarity(x1: Tensor, x2: Tensor, dim: Int, eps: number): Tensor;
  count_nonzero(self: Tensor, named?: { dim?: Int | null }): Tensor;
  count_nonzero(self: Tensor, dim: Int | null): Tensor;
  count_nonzero(self: Tensor, dim: readonly Int[]): Tensor;
  cross_entropy_loss(
    self: Tensor,
    target: Tensor,
    named?: { weight?: Tensor | null; reduction?: Int; ignore_index?: Int; label_smoothing?: number },
  ): Tensor;
  cross_entropy_loss(
    self: Tensor,
    target: Tensor,
    weight: Tensor | null,
    named?: { reduction?: Int; ignore_index?: Int; label_smoothing?: number },
  ): Tensor;
  cross_entropy_loss(
    self: Tensor,
    target: Tensor,
    weight: Tensor | null,
    reduction: Int,
    named?: { ignore_index?: Int; label_smoothing?: number },
  ): Tensor;
  cross_entropy_loss(
    self: Tensor,
    target: Tensor,
    weight: Tensor | null,
    reduction: Int,
    ignore_index: Int,
    named?: { label_smoothing?: number },
  ): Tensor;
  cross_entropy_loss(
    self: Tensor,
    target: Tensor,
    weight: Tensor | null,
    reduction: Int,
    ignore_index: Int,
    label_smoothing: number,
  ): Tensor;
  ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Tensor,
    target_lengths: Tensor,
    named?: { blank?: Int; reduction?: Int; zero_infinity?: boolean },
  ): Tensor;
  ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Tensor,
    target_lengths: Tensor,
    blank: Int,
    named?: { reduction?: Int; zero_infinity?: boolean },
  ): Tensor;
  ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Tensor,
    target_lengths: Tensor,
    blank: Int,
    reduction: Int,
    named?: { zero_infinity?: boolean },
  ): Tensor;
  ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Tensor,
    target_lengths: Tensor,
    blank: Int,
    reduction: Int,
    zero_infinity: boolean,
  ): Tensor;
  ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: readonly Int[],
    target_lengths: readonly Int[],
    named?: { blank?: Int; reduction?: Int; zero_infinity?: boolean },
  ): Tensor;
  ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: readonly Int[],
    target_lengths: readonly Int[],
    blank: Int,
    named?: { reduction?: Int; zero_infinity?: boolean },
  ): Tensor;
  ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: readonly Int[],
    target_lengths: readonly Int[],
    blank: Int,
    reduction: Int,
    named?: { zero_infinity?: boolean },
  ): Tensor;
  ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: readonly Int[],
    target_lengths: readonly Int[],
    blank: Int,
    reduction: Int,
    zero_infinity: boolean,
  ): Tensor;
  cumprod(self: Tensor, dim: Int, named?: { dtype?: DType | null }): Tensor;
  cumsum(self: Tensor, dim: Int, named?: { dtype?: DType | null }): Tensor;
  detach(self: Tensor): Tensor;
  detach_(self: Tensor): Tensor;
  diagonal(self: Tensor, named?: { offset?: Int; dim1?: Int; dim2?: Int }): Tensor;
  diagonal(self: Tensor, offset: Int, named?: { dim1?: Int; dim2?: Int }): Tensor;
  diagonal(self: Tensor, offset: Int, dim1: Int, named?: { dim2?: Int }): Tensor;
  diagonal(self: Tensor, offset: Int, dim1: Int, dim2: Int): Tensor;
  div(self: Tensor, other: Scalar | Tensor, named?: { rounding_mode?: string | null }): Tensor;
  div_(self: Tensor, other: Scalar | Tensor, named?: { rounding_mode?: string | null }): Tensor;
  dot(self: Tensor, tensor: Tensor): Tensor;
  dropout(input: Tensor, p: number, train: boolean): Tensor;
  dropout_(self: Tensor, p: number, train: boolean): Tensor;
  einsum(equation: string, tensors: readonly Tensor[], named?: { path?: readonly Int[] | null }): Tensor;
  elu(self: Tensor, named?: { alpha?: Scalar; scale?: Scalar; input_scale?: Scalar }): Tensor;
  elu(self: Tensor, alpha: Scalar, named?: { scale?: Scalar; input_scale?: Scalar }): Tensor;
  elu(self: Tensor, alpha: Scalar, scale: Scalar, named?: { input_scale?: Scalar }): Tensor;
  elu(self: Tensor, alpha: Scalar, scale: Scalar, input_scale: Scalar): Tensor;
  embedding(
    weight: Tensor,
    indices: Tensor,
    named?: { padding_idx?: Int; scale_grad_by_freq?: boolean; sparse?: boolean },
  ): Tensor;
  embedding(
    weight: Tensor,
    indices: Tensor,
    padding_idx: Int,
    named?: { scale_grad_by_freq?: boolean; sparse?: boolean },
  ): Tensor;
  embedding(
    weight: Tensor,
    indices: Tensor,
    padding_idx: Int,
    scale_grad_by_freq: boolean,
    named?: { sparse?: boolean },
  ): Tensor;
  embedding(
    weight: Tensor,
    indices: Tensor,
    padding_idx: Int,
    scale_grad_by_freq: boolean,
    sparse: boolean,
  ): Tensor;
  empty(
    size: readonly Int[],
    named?: {
      dtype?: DType | null;
      layout?: Layout | null;
      device?: Device | null;
      pin_memory?: boolean | null;
      memory_format?: MemoryFormat | null;
    },
  ): Tensor;
  empty_like(
    self: Tensor,
    named?: {
      dtype?: DType | null;
      layout?: Layout | null;
      device?: Device | null;
      pin_memory?: boolean | null;
      memory_format?: MemoryFormat | null;
    },
  ): Tensor;
  eq(self: Tensor, other: Scalar | Tensor): Tensor;
  equal(self: Tensor, other: Tensor): boolean;
  erf(self: Tensor): Tensor;
  erfinv(self: Tensor): Tensor;
  exp(self: Tensor): Tensor;
  exp_(self: Tensor): Tensor;
  expand(self: Tensor, size: readonly Int[], named?: { implicit?: boolean }): Tensor;
  expand_as(self: Tensor, other: Tensor): Tensor;
  expm1(self: Tensor): Tensor;
  exponential_(self: Tensor, named?: { lambd?: number; generator?: Generator | null }): Tensor;
  exponential_(self: Tensor, lambd: number, named?: { generator?: Generator | null }): Tensor;
  eye(
    n: Int,
    named?: {
      dtype?: DType | null;
      layout?: Layout | null;
      device?: Device | null;
      pin_memory?: boolean | null;
    },
  ): Tensor;
  eye(
    n: Int,
    m: Int,
    named?: {
      dtype?: DType | null;
      layout?: Layout | null;
      device?: Device | null;
      pin_memory?: boolean | null;
    },
  ): Tensor;
  feature_dropout(input: Tensor, p: number, train: boolean): Tensor;
  feature_dropout_(self: Tensor, p: number, train: boolean): Tensor;
  fill_(self: Tensor, value: Scalar | Tensor): Tensor;
  flatten(self: Tensor, named?: { start_dim?: Int; end_dim?: Int }): Tensor;
  flatten(self: Tensor, start_dim: Int, named?: { end_dim?: Int }): Tensor;
  flatten(self: Tensor, start_dim: Int, end_dim: Int): Tensor;
  flip(self: Tensor, dims: readonly Int[]): Tensor;
  floor(self: Tensor): Tensor;
  floor_divide(self: Tensor, other: Scalar | Tensor): Tensor;
  fmod(self: Tensor, other: Scalar | Tensor): Tensor;
  frac(self: Tensor): Tensor;
  full(
    size: readonly Int[],
    fill_value: Scalar,
    named?: {
      dtype?: DType | null;
      layout?: Layout | null;
      device?: Device | null;
      pin_memory?: boolean | null;
    },
  ): Tensor;
  full_like(
    self: Tensor,
    fill_value: Scalar,
    named?: {
      dtype?: DType | null;
      layout?: Layout | null;
      device?: Device | null;
      pin_memory?: boolean | null;
      memory_format?: MemoryFormat | null;
    },
  ): Tensor;
  gather(self: Tensor, dim: Int, index: Tensor, named?: { sparse_grad?: boolean }): Tensor;
  ge(self: Tensor, other: Scalar | Tensor): Tensor;
  gelu(self: Tensor, named?: { approximate?: string }): Tensor;
  glu(self: Tensor, named?: { dim?: Int }): Tensor;
  glu(self: Tensor, dim: Int): Tensor;
  grid_sampler(
    input: Tensor,
    grid: Tensor,
    interpolation_mode: Int,
    padding_mode: Int,
    align_corners: boolean,
  ): Tensor;
  grid_sampler_2d(
    input: Tensor,
    grid: Tensor,
    interpolation_mode: Int,
    padding_mode: Int,
    align_corners: boolean,
  ): Tensor;
  grid_sampler_3d(
    input: Tensor,
    grid: Tensor,
    interpolation_mode: Int,
    padding_mode: Int,
    align_corners: boolean,
  ): Tensor;
  group_norm(
    input: Tensor,
    num_groups: Int,
    named?: { weight?: Tensor | null; bias?: Tensor | null; eps?: number; cudnn_enabled?: boolean },
  ): Tensor;
  group_norm(
    input: Tensor,
    num_groups: Int,
    weight: Tensor | null,
    named?: { bias?: Tensor | null; eps?: number; cudnn_enabled?: boolean },
  ): Tensor;
  group_norm(
    input: Tensor,
    num_groups: Int,
    weight: Tensor | null,
    bias: Tensor | null,
    named?: { eps?: number; cudnn_enabled?: boolean },
  ): Tensor;
  group_norm(
    input: Tensor,
    num_groups: Int,
    weight: Tensor | null,
    bias: Tensor | null,
    eps: number,
    named?: { cudnn_enabled?: boolean },
  ): Tensor;
  group_norm(
    input: Tensor,
    num_groups: Int,
    weight: Tensor | null,
    bias: Tensor | null,
    eps: number,
    cudnn_enabled: boolean,
  ): Tensor;
  gru(
    data: Tensor,
    batch_sizes: Tensor,
    hx: Tensor,
    params: readonly Tensor[],
    has_biases: boolean,
    num_layers: Int,
    dropout: number,
    train: boolean,
    bidirectional: boolean,
  ): [Tensor, Tensor];
  gru(
    input: Tensor,
    hx: Tensor,
    params: readonly Tensor[],
    has_biases: boolean,
    num_layers: Int,
    dropout: number,
    train: boolean,
    bidirectional: boolean,
    batch_first: boolean,
  ): [Tensor, Tensor];
  gru_cell(
    input: Tensor,
    hx: Tensor,
    w_ih: Tensor,
    w_hh: Tensor,
    named?: { b_ih?: Tensor | null; b_hh?: Tensor | null },
  ): Tensor;
  gru_cell(
    input: Tensor,
    hx: Tensor,
    w_ih: Tensor,
    w_hh: Tensor,
    b_ih: Tensor | null,
    named?: { b_hh?: Tensor | null },
  ): Tensor;
  gru_cell(
    input: Tensor,
    hx: Tensor,
    w_ih: Tensor,
    w_hh: Tensor,
    b_ih: Tensor | null,
    b_hh: Tensor | null,
  ): Tensor;
  gt(self: Tensor, other: Scalar | Tensor): Tensor;
  hardsigmoid(self: Tensor): Tensor;
  hardswish(self: Tensor): Tensor;
  hardswish_(self: Tensor): Tensor;
  hardtanh(self: Tensor, named?: { min_val?: Scalar; max_val?: Scalar }): Tensor;
  hardtanh(self: Tensor, min_val: Scalar, named?: { max_val?: Scalar }): Tensor;
  hardtanh(self: Tensor, min_val: Scalar, max_val: Scalar): Tensor;
  hardtanh_(self: Tensor, named?: { min_val?: Scalar; max_val?: Scalar }): Tensor;
  hardtanh_(self: Tensor, min_val: Scalar, named?: { max_val?: Scalar }): Tensor;
  hardtanh_(self: Tensor, min_val: Scalar, max_val: Scalar): Tensor;
  hinge_embedding_loss(self: Tensor, target: Tensor, named?: { margin?: number; reduction?: Int }): Tensor;
  hinge_embedding_loss(self: Tensor, target: Tensor, margin: number, named?: { reduction?: Int }): Tensor;
  hinge_embedding_loss(self: Tensor, target: Tensor, margin: number, reduction: Int): Tensor;
  histc(self: Tensor, named?: { bins?: Int; min?: Scalar; max?: Scalar }): Tensor;
  histc(self: Tensor, bins: Int, named?: { min?: Scalar; max?: Scalar }): Tensor;
  histc(self: Tensor, bins: Int, min: Scalar, named?: { max?: Scalar }): Tensor;
  histc(self: Tensor, bins: Int, min: Scalar, max: Scalar): Tensor;
  huber_loss(self: Tensor, target: Tensor, named?: { reduction?: Int; delta?: number }): Tensor;
  huber_loss(self: Tensor, target: Tensor, reduction: Int, named?: { delta?: number }): Tensor;
  huber_loss(self: Tensor, target: Tensor, reduction: Int, delta: number): Tensor;
  im2col(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    dilation: Int | readonly Int[],
    padding: Int | readonly Int[],
    stride: Int | readonly Int[],
  ): Tensor;
  index(self: Tensor, indices: OptionalTensors): Tensor;
  index_put(self: Tensor, indices: OptionalTensors, values: Tensor, named?: { accumulate?: boolean }): Tensor;
  index_put(self: Tensor, indices: OptionalTensors, values: Tensor, accumulate: boolean): Tensor;
  index_put_(
    self: Tensor,
    indices: OptionalTensors,
    values: Tensor,
    named?: { accumulate?: boolean },
  ): Tensor;
  index_put_(self: Tensor, indices: OptionalTensors, values: Tensor, accumulate: boolean): Tensor;
  index_select(self: Tensor, dim: Int, index: Tensor): Tensor;
  instance_norm(
    input: Tensor,
    weight: Tensor | null,
    bias: Tensor | null,
    running_mean: Tensor | null,
    running_var: Tensor | null,
    use_input_stats: boolean,
    momentum: number,
    eps: number,
    cudnn_enabled: boolean,
  ): Tensor;
  is_floating_point(self: Tensor): boolean;
  is_nonzero(self: Tensor): boolean;
  isfinite(self: Tensor): Tensor;
  isinf(self: Tensor): Tensor;
  isnan(self: Tensor): Tensor;
  kl_div(self: Tensor, target: Tensor, named?: { reduction?: Int; log_target?: boolean }): Tensor;
  kl_div(self: Tensor, target: Tensor, reduction: Int, named?: { log_target?: boolean }): Tensor;
  l1_loss(self: Tensor, target: Tensor, named?: { reduction?: Int }): Tensor;
  l1_loss(self: Tensor, target: Tensor, reduction: Int): Tensor;
  layer_norm(
    input: Tensor,
    normalized_shape: readonly Int[],
    named?: { weight?: Tensor | null; bias?: Tensor | null; eps?: number; cudnn_enable?: boolean },
  ): Tensor;
  layer_norm(
    input: Tensor,
    normalized_shape: readonly Int[],
    weight: Tensor | null,
    named?: { bias?: Tensor | null; eps?: number; cudnn_enable?: boolean },
  ): Tensor;
  layer_norm(
    input: Tensor,
    normalized_shape: readonly Int[],
    weight: Tensor | null,
    bias: Tensor | null,
    named?: { eps?: number; cudnn_enable?: boolean },
  ): Tensor;
  layer_norm(
    input: Tensor,
    normalized_shape: readonly Int[],
    weight: Tensor | null,
    bias: Tensor | null,
    eps: number,
    named?: { cudnn_enable?: boolean },
  ): Tensor;
  layer_norm(
    input: Tensor,
    normalized_shape: readonly Int[],
    weight: Tensor | null,
    bias: Tensor | null,
    eps: number,
    cudnn_enable: boolean,
  ): Tensor;
  le(self: Tensor, other: Scalar | Tensor): Tensor;
  leaky_relu(self: Tensor, named?: { negative_slope?: Scalar }): Tensor;
  leaky_relu(self: Tensor, negative_slope: Scalar): Tensor;
  leaky_relu_(self: Tensor, named?: { negative_slope?: Scalar }): Tensor;
  leaky_relu_(self: Tensor, negative_slope: Scalar): Tensor;
  lerp(self: Tensor, end: Tensor, weight: Scalar | Tensor): Tensor;
  lerp_(self: Tensor, end: Tensor, weight: Scalar | Tensor): Tensor;
  linalg_vector_norm(
    self: Tensor,
    named?: { ord?: Scalar; dim?: Int | readonly Int[] | null; keepdim?: boolean; dtype?: DType | null },
  ): Tensor;
  linalg_vector_norm(
    self: Tensor,
    ord: Scalar,
    named?: { dim?: Int | readonly Int[] | null; keepdim?: boolean; dtype?: DType | null },
  ): Tensor;
  linalg_vector_norm(
    self: Tensor,
    ord: Scalar,
    dim: Int | readonly Int[] | null,
    named?: { keepdim?: boolean; dtype?: DType | null },
  ): Tensor;
  linalg_vector_norm(
    self: Tensor,
    ord: Scalar,
    dim: Int | readonly Int[] | null,
    keepdim: boolean,
    named?: { dtype?: DType | null },
  ): Tensor;
  linear(input: Tensor, weight: Tensor, named?: { bias?: Tensor | null }): Tensor;
  linear(input: Tensor, weight: Tensor, bias: Tensor | null): Tensor;
  linspace(
    start: Scalar,
    end: Scalar,
    steps: Int,
    named?: {
      dtype?: DType | null;
      layout?: Layout | null;
      device?: Device | null;
      pin_memory?: boolean | null;
    },
  ): Tensor;
  log(self: Tensor): Tensor;
  log1p(self: Tensor): Tensor;
  log2(self: Tensor): Tensor;
  log_(self: Tensor): Tensor;
  log_sigmoid(self: Tensor): Tensor;
  log_softmax(self: Tensor, dim: Int, named?: { dtype?: DType | null }): Tensor;
  log_softmax(self: Tensor, dim: Int, dtype: DType | null): Tensor;
  logical_and(self: Tensor, other: Tensor): Tensor;
  logical_not(self: Tensor): Tensor;
  logical_or(self: Tensor, other: Tensor): Tensor;
  logical_xor(self: Tensor, other: Tensor): Tensor;
  logsumexp(self: Tensor, dim: Int | readonly Int[], named?: { keepdim?: boolean }): Tensor;
  logsumexp(self: Tensor, dim: Int | readonly Int[], keepdim: boolean): Tensor;
  lstm(
    data: Tensor,
    batch_sizes: Tensor,
    hx: readonly Tensor[],
    params: readonly Tensor[],
    has_biases: boolean,
    num_layers: Int,
    dropout: number,
    train: boolean,
    bidirectional: boolean,
  ): [Tensor, Tensor, Tensor];
  lstm(
    input: Tensor,
    hx: readonly Tensor[],
    params: readonly Tensor[],
    has_biases: boolean,
    num_layers: Int,
    dropout: number,
    train: boolean,
    bidirectional: boolean,
    batch_first: boolean,
  ): [Tensor, Tensor, Tensor];
  lstm_cell(
    input: Tensor,
    hx: readonly Tensor[],
    w_ih: Tensor,
    w_hh: Tensor,
    named?: { b_ih?: Tensor | null; b_hh?: Tensor | null },
  ): [Tensor, Tensor];
  lstm_cell(
    input: Tensor,
    hx: readonly Tensor[],
    w_ih: Tensor,
    w_hh: Tensor,
    b_ih: Tensor | null,
    named?: { b_hh?: Tensor | null },
  ): [Tensor, Tensor];
  lstm_cell(
    input: Tensor,
    hx: readonly Tensor[],
    w_ih: Tensor,
    w_hh: Tensor,
    b_ih: Tensor | null,
    b_hh: Tensor | null,
  ): [Tensor, Tensor];
  lt(self: Tensor, other: Scalar | Tensor): Tensor;
  margin_ranking_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    named?: { margin?: number; reduction?: Int },
  ): Tensor;
  margin_ranking_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: number,
    named?: { reduction?: Int },
  ): Tensor;
  margin_ranking_loss(input1: Tensor, input2: Tensor, target: Tensor, margin: number, reduction: Int): Tensor;
  masked_fill(self: Tensor, mask: Tensor, value: Scalar | Tensor): Tensor;
  masked_fill_(self: Tensor, mask: Tensor, value: Scalar | Tensor): Tensor;
  masked_select(self: Tensor, mask: Tensor): Tensor;
  matmul(self: Tensor, other: Tensor): Tensor;
  max(self: Tensor): Tensor;
  max(self: Tensor, dim: Int, named?: { keepdim?: boolean }): [Tensor, Tensor];
  max(self: Tensor, dim: Int, keepdim: boolean): [Tensor, Tensor];
  max(self: Tensor, other: Tensor): Tensor;
  max_pool1d(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    named?: {
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[];
      dilation?: Int | readonly Int[];
      ceil_mode?: boolean;
    },
  ): Tensor;
  max_pool1d(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    named?: { padding?: Int | readonly Int[]; dilation?: Int | readonly Int[]; ceil_mode?: boolean },
  ): Tensor;
  max_pool1d(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    named?: { dilation?: Int | readonly Int[]; ceil_mode?: boolean },
  ): Tensor;
  max_pool1d(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    dilation: Int | readonly Int[],
    named?: { ceil_mode?: boolean },
  ): Tensor;
  max_pool1d(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    dilation: Int | readonly Int[],
    ceil_mode: boolean,
  ): Tensor;
  max_pool2d(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    named?: {
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[];
      dilation?: Int | readonly Int[];
      ceil_mode?: boolean;
    },
  ): Tensor;
  max_pool2d(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    named?: { padding?: Int | readonly Int[]; dilation?: Int | readonly Int[]; ceil_mode?: boolean },
  ): Tensor;
  max_pool2d(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    named?: { dilation?: Int | readonly Int[]; ceil_mode?: boolean },
  ): Tensor;
  max_pool2d(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    dilation: Int | readonly Int[],
    named?: { ceil_mode?: boolean },
  ): Tensor;
  max_pool2d(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    dilation: Int | readonly Int[],
    ceil_mode: boolean,
  ): Tensor;
  max_pool2d_with_indices(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    named?: {
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[];
      dilation?: Int | readonly Int[];
      ceil_mode?: boolean;
    },
  ): [Tensor, Tensor];
  max_pool2d_with_indices(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    named?: { padding?: Int | readonly Int[]; dilation?: Int | readonly Int[]; ceil_mode?: boolean },
  ): [Tensor, Tensor];
  max_pool2d_with_indices(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    named?: { dilation?: Int | readonly Int[]; ceil_mode?: boolean },
  ): [Tensor, Tensor];
  max_pool2d_with_indices(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    dilation: Int | readonly Int[],
    named?: { ceil_mode?: boolean },
  ): [Tensor, Tensor];
  max_pool2d_with_indices(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    dilation: Int | readonly Int[],
    ceil_mode: boolean,
  ): [Tensor, Tensor];
  max_pool3d(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    named?: {
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[];
      dilation?: Int | readonly Int[];
      ceil_mode?: boolean;
    },
  ): Tensor;
  max_pool3d(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    named?: { padding?: Int | readonly Int[]; dilation?: Int | readonly Int[]; ceil_mode?: boolean },
  ): Tensor;
  max_pool3d(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    named?: { dilation?: Int | readonly Int[]; ceil_mode?: boolean },
  ): Tensor;
  max_pool3d(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    dilation: Int | readonly Int[],
    named?: { ceil_mode?: boolean },
  ): Tensor;
  max_pool3d(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    dilation: Int | readonly Int[],
    ceil_mode: boolean,
  ): Tensor;
  max_pool3d_with_indices(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    named?: {
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[];
      dilation?: Int | readonly Int[];
      ceil_mode?: boolean;
    },
  ): [Tensor, Tensor];
  max_pool3d_with_indices(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    named?: { padding?: Int | readonly Int[]; dilation?: Int | readonly Int[]; ceil_mode?: boolean },
  ): [Tensor, Tensor];
  max_pool3d_with_indices(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    named?: { dilation?: Int | readonly Int[]; ceil_mode?: boolean },
  ): [Tensor, Tensor];
  max_pool3d_with_indices(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    dilation: Int | readonly Int[],
    named?: { ceil_mode?: boolean },
  ): [Tensor, Tensor];
  max_pool3d_with_indices(
    self: Tensor,
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    dilation: Int | readonly Int[],
    ceil_mode: boolean,
  ): [Tensor, Tensor];
  maximum(self: Tensor, other: Tensor): Tensor;
  mean(self: Tensor, named?: { dtype?: DType | null }): Tensor;
  mean(
    self: Tensor,
    dim: Int | readonly Int[] | null,
    named?: { keepdim?: boolean; dtype?: DType | null },
  ): Tensor;
  mean(
    self: Tensor,
    dim: Int | readonly Int[] | null,
    keepdim: boolean,
    named?: { dtype?: DType | null },
  ): Tensor;
  median(self: Tensor): Tensor;
  median(self: Tensor, dim: Int, named?: { keepdim?: boolean }): [Tensor, Tensor];
  median(self: Tensor, dim: Int, keepdim: boolean): [Tensor, Tensor];
  meshgrid(tensors: readonly Tensor[], named?: { indexing?: string }): Tensor[];
  min(self: Tensor): Tensor;
  min(self: Tensor, dim: Int, named?: { keepdim?: boolean }): [Tensor, Tensor];
  min(self: Tensor, dim: Int, keepdim: boolean): [Tensor, Tensor];
  min(self: Tensor, other: Tensor): Tensor;
  minimum(self: Tensor, other: Tensor): Tensor;
  mish(self: Tensor): Tensor;
  mm(self: Tensor, mat2: Tensor): Tensor;
  movedim(self: Tensor, source: Int, destination: Int): Tensor;
  movedim(self: Tensor, source: readonly Int[], destination: readonly Int[]): Tensor;
  mse_loss(self: Tensor, target: Tensor, named?: { reduction?: Int }): Tensor;
  mse_loss(self: Tensor, target: Tensor, reduction: Int): Tensor;
  mul(self: Tensor, other: Scalar | Tensor): Tensor;
  mul_(self: Tensor, other: Scalar | Tensor): Tensor;
  multinomial(
    self: Tensor,
    num_samples: Int,
    named?: { replacement?: boolean; generator?: Generator | null },
  ): Tensor;
  multinomial(
    self: Tensor,
    num_samples: Int,
    replacement: boolean,
    named?: { generator?: Generator | null },
  ): Tensor;
  mv(self: Tensor, vec: Tensor): Tensor;
  nan_to_num(
    self: Tensor,
    named?: { nan?: number | null; posinf?: number | null; neginf?: number | null },
  ): Tensor;
  nan_to_num(
    self: Tensor,
    nan: number | null,
    named?: { posinf?: number | null; neginf?: number | null },
  ): Tensor;
  nan_to_num(
    self: Tensor,
    nan: number | null,
    posinf: number | null,
    named?: { neginf?: number | null },
  ): Tensor;
  nan_to_num(self: Tensor, nan: number | null, posinf: number | null, neginf: number | null): Tensor;
  narrow(self: Tensor, dim: Int, start: Int | Tensor, length: Int): Tensor;
  native_batch_norm(
    input: Tensor,
    weight: Tensor | null,
    bias: Tensor | null,
    running_mean: Tensor | null,
    running_var: Tensor | null,
    training: boolean,
    momentum: number,
    eps: number,
  ): [Tensor, Tensor, Tensor];
  native_layer_norm(
    input: Tensor,
    normalized_shape: readonly Int[],
    weight: Tensor | null,
    bias: Tensor | null,
    eps: number,
  ): [Tensor, Tensor, Tensor];
  ne(self: Tensor, other: Scalar | Tensor): Tensor;
  neg(self: Tensor): Tensor;
  neg_(self: Tensor): Tensor;
  nll_loss(
    self: Tensor,
    target: Tensor,
    named?: { weight?: Tensor | null; reduction?: Int; ignore_index?: Int },
  ): Tensor;
  nll_loss(
    self: Tensor,
    target: Tensor,
    weight: Tensor | null,
    named?: { reduction?: Int; ignore_index?: Int },
  ): Tensor;
  nll_loss(
    self: Tensor,
    target: Tensor,
    weight: Tensor | null,
    reduction: Int,
    named?: { ignore_index?: Int },
  ): Tensor;
  nll_loss(self: Tensor, target: Tensor, weight: Tensor | null, reduction: Int, ignore_index: Int): Tensor;
  nll_loss_nd(
    self: Tensor,
    target: Tensor,
    named?: { weight?: Tensor | null; reduction?: Int; ignore_index?: Int },
  ): Tensor;
  nll_loss_nd(
    self: Tensor,
    target: Tensor,
    weight: Tensor | null,
    named?: { reduction?: Int; ignore_index?: Int },
  ): Tensor;
  nll_loss_nd(
    self: Tensor,
    target: Tensor,
    weight: Tensor | null,
    reduction: Int,
    named?: { ignore_index?: Int },
  ): Tensor;
  nll_loss_nd(self: Tensor, target: Tensor, weight: Tensor | null, reduction: Int, ignore_index: Int): Tensor;
  nonzero(self: Tensor): Tensor;
  norm(self: Tensor, named?: { p?: Scalar }): Tensor;
  norm(self: Tensor, p: Scalar): Tensor;
  norm(self: Tensor, p: Scalar | null, dim: Int | readonly Int[], named?: { keepdim?: boolean }): Tensor;
  norm(self: Tensor, p: Scalar | null, dim: Int | readonly Int[], keepdim: boolean): Tensor;
  norm(self: Tensor, p: Scalar | null, named: { dtype: DType }): Tensor;
  norm(
    self: Tensor,
    p: Scalar | null,
    dim: Int | readonly Int[],
    keepdim: boolean,
    named: { dtype: DType },
  ): Tensor;
  normal(
    mean: number,
    std: number,
    size: readonly Int[],
    named?: {
      generator?: Generator | null;
      dtype?: DType | null;
      layout?: Layout | null;
      device?: Device | null;
      pin_memory?: boolean | null;
    },
  ): Tensor;
  normal(mean: Tensor, named?: { std?: number; generator?: Generator | null }): Tensor;
  normal(mean: Tensor, std: number, named?: { generator?: Generator | null }): Tensor;
  normal(mean: Tensor | number, std: Tensor, named?: { generator?: Generator | null }): Tensor;
  normal_(self: Tensor, named?: { mean?: number; std?: number; generator?: Generator | null }): Tensor;
  normal_(self: Tensor, mean: number, named?: { std?: number; generator?: Generator | null }): Tensor;
  normal_(self: Tensor, mean: number, std: number, named?: { generator?: Generator | null }): Tensor;
  one_hot(self: Tensor, named?: { num_classes?: Int }): Tensor;
  one_hot(self: Tensor, num_classes: Int): Tensor;
  ones(
    size: readonly Int[],
    named?: {
      dtype?: DType | null;
      layout?: Layout | null;
      device?: Device | null;
      pin_memory?: boolean | null;
    },
  ): Tensor;
  ones_like(
    self: Tensor,
    named?: {
      dtype?: DType | null;
      layout?: Layout | null;
      device?: Device | null;
      pin_memory?: boolean | null;
      memory_format?: MemoryFormat | null;
    },
  ): Tensor;
  outer(self: Tensor, vec2: Tensor): Tensor;
  pad(self: Tensor, pad: readonly Int[], named?: { mode?: string; value?: number | null }): Tensor;
  pad(self: Tensor, pad: readonly Int[], mode: string, named?: { value?: number | null }): Tensor;
  pad(self: Tensor, pad: readonly Int[], mode: string, value: number | null): Tensor;
  permute(self: Tensor, dims: readonly Int[]): Tensor;
  pow(self: Tensor, exponent: Scalar): Tensor;
  pow(self: Scalar | Tensor, exponent: Tensor): Tensor;
  pow_(self: Tensor, exponent: Scalar | Tensor): Tensor;
  prelu(self: Tensor, weight: Tensor): Tensor;
  prod(self: Tensor, named?: { dtype?: DType | null }): Tensor;
  prod(self: Tensor, dim: Int, named?: { keepdim?: boolean; dtype?: DType | null }): Tensor;
  prod(self: Tensor, dim: Int, keepdim: boolean, named?: { dtype?: DType | null }): Tensor;
  rand(
    size: readonly Int[],
    named?: {
      generator?: Generator | null;
      dtype?: DType | null;
      layout?: Layout | null;
      device?: Device | null;
      pin_memory?: boolean | null;
    },
  ): Tensor;
  rand_like(
    self: Tensor,
    named?: {
      dtype?: DType | null;
      layout?: Layout | null;
      device?: Device | null;
      pin_memory?: boolean | null;
      memory_format?: MemoryFormat | null;
    },
  ): Tensor;
  randint(
    high: Int,
    size: readonly Int[],
    named?: {
      generator?: Generator | null;
      dtype?: DType | null;
      layout?: Layout | null;
      device?: Device | null;
      pin_memory?: boolean | null;
    },
  ): Tensor;
  randint(
    low: Int,
    high: Int,
    size: readonly Int[],
    named?: {
      generator?: Generator | null;
      dtype?: DType | null;
      layout?: Layout | null;
      device?: Device | null;
      pin_memory?: boolean | null;
    },
  ): Tensor;
  randn(
    size: readonly Int[],
    named?: {
      generator?: Generator | null;
      dtype?: DType | null;
      layout?: Layout | null;
      device?: Device | null;
      pin_memory?: boolean | null;
    },
  ): Tensor;
  randn_like(
    self: Tensor,
    named?: {
      dtype?: DType | null;
      layout?: Layout | null;
      device?: Device | null;
      pin_memory?: boolean | null;
      memory_format?: MemoryFormat | null;
    },
  ): Tensor;
  random_(self: Tensor, named?: { generator?: Generator | null }): Tensor;
  random_(self: Tensor, to: Int, named?: { generator?: Generator | null }): Tensor;
  random_(self: Tensor, from: Int, to: Int | null, named?: { generator?: Generator | null }): Tensor;
  randperm(
    n: Int,
    named?: {
      generator?: Generator | null;
      dtype?: DType | null;
      layout?: Layout | null;
      device?: Device | null;
      pin_memory?: boolean | null;
    },
  ): Tensor;
  reciprocal(self: Tensor): Tensor;
  relu(self: Tensor): Tensor;
  relu_(self: Tensor): Tensor;
  remainder(self: Tensor, other: Scalar | Tensor): Tensor;
  remainder(self: Scalar, other: Tensor): Tensor;
  repeat(self: Tensor, repeats: readonly Int[]): Tensor;
  repeat_interleave(repeats: Tensor, named?: { output_size?: Int | null }): Tensor;
  repeat_interleave(
    self: Tensor,
    repeats: Int | Tensor,
    named?: { dim?: Int | null; output_size?: Int | null },
  ): Tensor;
  repeat_interleave(
    self: Tensor,
    repeats: Int | Tensor,
    dim: Int | null,
    named?: { output_size?: Int | null },
  ): Tensor;
  requires_grad_(self: Tensor, named?: { requires_grad?: boolean }): Tensor;
  requires_grad_(self: Tensor, requires_grad: boolean): Tensor;
  reshape(self: Tensor, shape: readonly Int[]): Tensor;
  resize_(self: Tensor, size: readonly Int[], named?: { memory_format?: MemoryFormat | null }): Tensor;
  resolve_conj(self: Tensor): Tensor;
  retain_grad(self: Tensor): void;
  retains_grad(self: Tensor): boolean;
  rnn_relu(
    data: Tensor,
    batch_sizes: Tensor,
    hx: Tensor,
    params: readonly Tensor[],
    has_biases: boolean,
    num_layers: Int,
    dropout: number,
    train: boolean,
    bidirectional: boolean,
  ): [Tensor, Tensor];
  rnn_relu(
    input: Tensor,
    hx: Tensor,
    params: readonly Tensor[],
    has_biases: boolean,
    num_layers: Int,
    dropout: number,
    train: boolean,
    bidirectional: boolean,
    batch_first: boolean,
  ): [Tensor, Tensor];
  rnn_tanh(
    data: Tensor,
    batch_sizes: Tensor,
    hx: Tensor,
    params: readonly Tensor[],
    has_biases: boolean,
    num_layers: Int,
    dropout: number,
    train: boolean,
    bidirectional: boolean,
  ): [Tensor, Tensor];
  rnn_tanh(
    input: Tensor,
    hx: Tensor,
    params: readonly Tensor[],
    has_biases: boolean,
    num_layers: Int,
    dropout: number,
    train: boolean,
    bidirectional: boolean,
    batch_first: boolean,
  ): [Tensor, Tensor];
  roll(self: Tensor, shifts: Int | readonly Int[], named?: { dims?: Int | readonly Int[] }): Tensor;
  roll(self: Tensor, shifts: Int | readonly Int[], dims: Int | readonly Int[]): Tensor;
  round(self: Tensor, named?: { decimals?: Int }): Tensor;
  rsqrt(self: Tensor): Tensor;
  rsub(self: Tensor, other: Scalar, alpha: Scalar): Tensor;
  rsub(self: Tensor, other: Scalar | Tensor, named?: { alpha?: Scalar }): Tensor;
  scalar_tensor(
    s: Scalar,
    named?: {
      dtype?: DType | null;
      layout?: Layout | null;
      device?: Device | null;
      pin_memory?: boolean | null;
    },
  ): Tensor;
  scatter(self: Tensor, dim: Int, index: Tensor, src: Tensor, named?: { reduce?: string }): Tensor;
  scatter(self: Tensor, dim: Int, index: Tensor, value: Scalar, named?: { reduce?: string }): Tensor;
  scatter_(self: Tensor, dim: Int, index: Tensor, src: Tensor, named?: { reduce?: string }): Tensor;
  scatter_(self: Tensor, dim: Int, index: Tensor, value: Scalar, named?: { reduce?: string }): Tensor;
  scatter_add(self: Tensor, dim: Int, index: Tensor, src: Tensor): Tensor;
  scatter_add_(self: Tensor, dim: Int, index: Tensor, src: Tensor): Tensor;
  searchsorted(
    sorted_sequence: Tensor,
    self: Scalar | Tensor,
    named?: { out_int32?: boolean; right?: boolean; side?: string | null; sorter?: Tensor | null },
  ): Tensor;
  select(self: Tensor, dim: Int, index: Int): Tensor;
  selu(self: Tensor): Tensor;
  set_(self: Tensor): Tensor;
  set_(self: Tensor, source: Tensor): Tensor;
  set_(
    self: Tensor,
    source: Tensor,
    storage_offset: Int,
    size: readonly Int[],
    named?: { stride?: readonly Int[] },
  ): Tensor;
  set_(
    self: Tensor,
    source: Tensor,
    storage_offset: Int,
    size: readonly Int[],
    stride: readonly Int[],
  ): Tensor;
  set_data(self: Tensor, new_data: Tensor): void;
  sigmoid(self: Tensor): Tensor;
  sigmoid_(self: Tensor): Tensor;
  sign(self: Tensor): Tensor;
  silu(self: Tensor): Tensor;
  silu_(self: Tensor): Tensor;
  sin(self: Tensor): Tensor;
  sinh(self: Tensor): Tensor;
  size(self: Tensor, dim: Int): number;
  slice(self: Tensor, named?: { dim?: Int; start?: Int | null; end?: Int | null; step?: Int }): Tensor;
  slice(self: Tensor, dim: Int, named?: { start?: Int | null; end?: Int | null; step?: Int }): Tensor;
  slice(self: Tensor, dim: Int, start: Int | null, named?: { end?: Int | null; step?: Int }): Tensor;
  slice(self: Tensor, dim: Int, start: Int | null, end: Int | null, named?: { step?: Int }): Tensor;
  slice(self: Tensor, dim: Int, start: Int | null, end: Int | null, step: Int): Tensor;
  smooth_l1_loss(self: Tensor, target: Tensor, named?: { reduction?: Int; beta?: number }): Tensor;
  smooth_l1_loss(self: Tensor, target: Tensor, reduction: Int, named?: { beta?: number }): Tensor;
  smooth_l1_loss(self: Tensor, target: Tensor, reduction: Int, beta: number): Tensor;
  softmax(self: Tensor, dim: Int, named?: { dtype?: DType | null }): Tensor;
  softmax(self: Tensor, dim: Int, dtype: DType | null): Tensor;
  softplus(self: Tensor, named?: { beta?: Scalar; threshold?: Scalar }): Tensor;
  softplus(self: Tensor, beta: Scalar, named?: { threshold?: Scalar }): Tensor;
  softplus(self: Tensor, beta: Scalar, threshold: Scalar): Tensor;
  sort(self: Tensor, dim: Int, named?: { descending?: boolean }): [Tensor, Tensor];
  sort(self: Tensor, dim: Int, descending: boolean): [Tensor, Tensor];
  sort(self: Tensor, named?: { stable?: boolean | null; dim?: Int; descending?: boolean }): [Tensor, Tensor];
  split(self: Tensor, split_size: Int | readonly Int[], named?: { dim?: Int }): Tensor[];
  split(self: Tensor, split_size: Int | readonly Int[], dim: Int): Tensor[];
  sqrt(self: Tensor): Tensor;
  sqrt_(self: Tensor): Tensor;
  square(self: Tensor): Tensor;
  squeeze(self: Tensor): Tensor;
  squeeze(self: Tensor, dim: Int): Tensor;
  stack(tensors: readonly Tensor[], named?: { dim?: Int }): Tensor;
  stack(tensors: readonly Tensor[], dim: Int): Tensor;
  std(self: Tensor, named?: { unbiased?: boolean }): Tensor;
  std(self: Tensor, unbiased: boolean): Tensor;
  std(
    self: Tensor,
    dim: Int | readonly Int[] | null,
    named?: { unbiased?: boolean; keepdim?: boolean },
  ): Tensor;
  std(
    self: Tensor,
    dim: Int | readonly Int[] | null,
    unbiased: boolean,
    named?: { keepdim?: boolean },
  ): Tensor;
  std(self: Tensor, dim: Int | readonly Int[] | null, unbiased: boolean, keepdim: boolean): Tensor;
  std(
    self: Tensor,
    dim: Int | readonly Int[] | null,
    named: { correction: Int | null; keepdim?: boolean },
  ): Tensor;
  std_mean(self: Tensor, named?: { unbiased?: boolean }): [Tensor, Tensor];
  std_mean(self: Tensor, unbiased: boolean): [Tensor, Tensor];
  std_mean(
    self: Tensor,
    dim: Int | readonly Int[] | null,
    named?: { unbiased?: boolean; keepdim?: boolean },
  ): [Tensor, Tensor];
  std_mean(
    self: Tensor,
    dim: Int | readonly Int[] | null,
    unbiased: boolean,
    named?: { keepdim?: boolean },
  ): [Tensor, Tensor];
  std_mean(
    self: Tensor,
    dim: Int | readonly Int[] | null,
    unbiased: boolean,
    keepdim: boolean,
  ): [Tensor, Tensor];
  std_mean(
    self: Tensor,
    dim: Int | readonly Int[] | null,
    named: { correction: Int | null; keepdim?: boolean },
  ): [Tensor, Tensor];
  sub(self: Tensor, other: Scalar, alpha: Scalar): Tensor;
  sub(self: Tensor, other: Scalar | Tensor, named?: { alpha?: Scalar }): Tensor;
  sub_(self: Tensor, other: Scalar, alpha: Scalar): Tensor;
  sub_(self: Tensor, other: Scalar | Tensor, named?: { alpha?: Scalar }): Tensor;
  sum(self: Tensor, named?: { dtype?: DType | null }): Tensor;
  sum(
    self: Tensor,
    dim: Int | readonly Int[] | null,
    named?: { keepdim?: boolean; dtype?: DType | null },
  ): Tensor;
  sum(
    self: Tensor,
    dim: Int | readonly Int[] | null,
    keepdim: boolean,
    named?: { dtype?: DType | null },
  ): Tensor;
  t(self: Tensor): Tensor;
  tan(self: Tensor): Tensor;
  tanh(self: Tensor): Tensor;
  tanh_(self: Tensor): Tensor;
  tensordot(self: Tensor, other: Tensor, dims_self: readonly Int[], dims_other: readonly Int[]): Tensor;
  threshold(self: Tensor, threshold: Scalar, value: Scalar): Tensor;
  to(
    self: Tensor,
    dtype: DType,
    named?: { non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null },
  ): Tensor;
  to(
    self: Tensor,
    dtype: DType,
    non_blocking: boolean,
    named?: { copy?: boolean; memory_format?: MemoryFormat | null },
  ): Tensor;
  to(
    self: Tensor,
    dtype: DType,
    non_blocking: boolean,
    copy: boolean,
    named?: { memory_format?: MemoryFormat | null },
  ): Tensor;
  to(
    self: Tensor,
    dtype: DType,
    non_blocking: boolean,
    copy: boolean,
    memory_format: MemoryFormat | null,
  ): Tensor;
  to(
    self: Tensor,
    other: Tensor,
    named?: { non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null },
  ): Tensor;
  to(
    self: Tensor,
    other: Tensor,
    non_blocking: boolean,
    named?: { copy?: boolean; memory_format?: MemoryFormat | null },
  ): Tensor;
  to(
    self: Tensor,
    other: Tensor,
    non_blocking: boolean,
    copy: boolean,
    named?: { memory_format?: MemoryFormat | null },
  ): Tensor;
  to(
    self: Tensor,
    other: Tensor,
    non_blocking: boolean,
    copy: boolean,
    memory_format: MemoryFormat | null,
  ): Tensor;
  to(
    self: Tensor,
    device: Device,
    dtype: DType,
    named?: { non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null },
  ): Tensor;
  to(
    self: Tensor,
    device: Device,
    dtype: DType,
    non_blocking: boolean,
    named?: { copy?: boolean; memory_format?: MemoryFormat | null },
  ): Tensor;
  to(
    self: Tensor,
    device: Device,
    dtype: DType,
    non_blocking: boolean,
    copy: boolean,
    named?: { memory_format?: MemoryFormat | null },
  ): Tensor;
  to(
    self: Tensor,
    device: Device,
    dtype: DType,
    non_blocking: boolean,
    copy: boolean,
    memory_format: MemoryFormat | null,
  ): Tensor;
  to(
    self: Tensor,
    named?: {
      dtype?: DType | null;
      layout?: Layout | null;
      device?: Device | null;
      pin_memory?: boolean | null;
      non_blocking?: boolean;
      copy?: boolean;
      memory_format?: MemoryFormat | null;
    },
  ): Tensor;
  to(
    self: Tensor,
    device: Device,
    named?: { non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null },
  ): Tensor;
  topk(self: Tensor, k: Int, named?: { dim?: Int; largest?: boolean; sorted?: boolean }): [Tensor, Tensor];
  topk(self: Tensor, k: Int, dim: Int, named?: { largest?: boolean; sorted?: boolean }): [Tensor, Tensor];
  topk(self: Tensor, k: Int, dim: Int, largest: boolean, named?: { sorted?: boolean }): [Tensor, Tensor];
  topk(self: Tensor, k: Int, dim: Int, largest: boolean, sorted: boolean): [Tensor, Tensor];
  transpose(self: Tensor, dim0: Int, dim1: Int): Tensor;
  tril(self: Tensor, named?: { diagonal?: Int }): Tensor;
  tril(self: Tensor, diagonal: Int): Tensor;
  tril_indices(
    row: Int,
    col: Int,
    named?: {
      offset?: Int;
      dtype?: DType | null;
      layout?: Layout | null;
      device?: Device | null;
      pin_memory?: boolean | null;
    },
  ): Tensor;
  tril_indices(
    row: Int,
    col: Int,
    offset: Int,
    named?: {
      dtype?: DType | null;
      layout?: Layout | null;
      device?: Device | null;
      pin_memory?: boolean | null;
    },
  ): Tensor;
  triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    named?: { margin?: number; p?: number; eps?: number; swap?: boolean; reduction?: Int },
  ): Tensor;
  triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: number,
    named?: { p?: number; eps?: number; swap?: boolean; reduction?: Int },
  ): Tensor;
  triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: number,
    p: number,
    named?: { eps?: number; swap?: boolean; reduction?: Int },
  ): Tensor;
  triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: number,
    p: number,
    eps: number,
    named?: { swap?: boolean; reduction?: Int },
  ): Tensor;
  triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: number,
    p: number,
    eps: number,
    swap: boolean,
    named?: { reduction?: Int },
  ): Tensor;
  triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: number,
    p: number,
    eps: number,
    swap: boolean,
    reduction: Int,
  ): Tensor;
  triu(self: Tensor, named?: { diagonal?: Int }): Tensor;
  triu(self: Tensor, diagonal: Int): Tensor;
  trunc(self: Tensor): Tensor;
  type_as(self: Tensor, other: Tensor): Tensor;
  unbind(self: Tensor, named?: { dim?: Int }): Tensor[];
  unbind(self: Tensor, dim: Int): Tensor[];
  unflatten(self: Tensor, dim: Int, sizes: readonly Int[]): Tensor;
  unfold(self: Tensor, dimension: Int, size: Int, step: Int): Tensor;
  uniform_(self: Tensor, named?: { from?: number; to?: number; generator?: Generator | null }): Tensor;
  uniform_(self: Tensor, from: number, named?: { to?: number; generator?: Generator | null }): Tensor;
  uniform_(self: Tensor, from: number, to: number, named?: { generator?: Generator | null }): Tensor;
  unique_dim(
    self: Tensor,
    dim: Int,
    named?: { sorted?: boolean; return_inverse?: boolean; return_counts?: boolean },
  ): [Tensor, Tensor, Tensor];
  unique_dim(
    self: Tensor,
    dim: Int,
    sorted: boolean,
    named?: { return_inverse?: boolean; return_counts?: boolean },
  ): [Tensor, Tensor, Tensor];
  unique_dim(
    self: Tensor,
    dim: Int,
    sorted: boolean,
    return_inverse: boolean,
    named?: { return_counts?: boolean },
  ): [Tensor, Tensor, Tensor];
  unique_dim(
    self: Tensor,
    dim: Int,
    sorted: boolean,
    return_inverse: boolean,
    return_counts: boolean,
  ): [Tensor, Tensor, Tensor];
  unsqueeze(self: Tensor, dim: Int): Tensor;
  upsample_bilinear2d(
    self: Tensor,
    output_size: Int | readonly Int[],
    align_corners: boolean,
    named?: { scales_h?: number | null; scales_w?: number | null },
  ): Tensor;
  upsample_bilinear2d(
    self: Tensor,
    output_size: Int | readonly Int[],
    align_corners: boolean,
    scales_h: number | null,
    named?: { scales_w?: number | null },
  ): Tensor;
  upsample_bilinear2d(
    self: Tensor,
    output_size: Int | readonly Int[],
    align_corners: boolean,
    scales_h: number | null,
    scales_w: number | null,
  ): Tensor;
  upsample_bilinear2d(
    input: Tensor,
    output_size: readonly Int[] | null,
    align_corners: boolean,
    scale_factors: readonly number[] | null,
  ): Tensor;
  upsample_nearest2d(
    self: Tensor,
    output_size: Int | readonly Int[],
    named?: { scales_h?: number | null; scales_w?: number | null },
  ): Tensor;
  upsample_nearest2d(
    self: Tensor,
    output_size: Int | readonly Int[],
    scales_h: number | null,
    named?: { scales_w?: number | null },
  ): Tensor;
  upsample_nearest2d(
    self: Tensor,
    output_size: Int | readonly Int[],
    scales_h: number | null,
    scales_w: number | null,
  ): Tensor;
  upsample_nearest2d(
    input: Tensor,
    output_size: readonly Int[] | null,
    scale_factors: readonly number[] | null,
  ): Tensor;
  upsample_nearest3d(
    self: Tensor,
    output_size: Int | readonly Int[],
    named?: { scales_d?: number | null; scales_h?: number | null; scales_w?: number | null },
  ): Tensor;
  upsample_nearest3d(
    self: Tensor,
    output_size: Int | readonly Int[],
    scales_d: number | null,
    named?: { scales_h?: number | null; scales_w?: number | null },
  ): Tensor;
  upsample_nearest3d(
    self: Tensor,
    output_size: Int | readonly Int[],
    scales_d: number | null,
    scales_h: number | null,
    named?: { scales_w?: number | null },
  ): Tensor;
  upsample_nearest3d(
    self: Tensor,
    output_size: Int | readonly Int[],
    scales_d: number | null,
    scales_h: number | null,
    scales_w: number | null,
  ): Tensor;
  upsample_nearest3d(
    input: Tensor,
    output_size: readonly Int[] | null,
    scale_factors: readonly number[] | null,
  ): Tensor;
  upsample_trilinear3d(
    self: Tensor,
    output_size: Int | readonly Int[],
    align_corners: boolean,
    named?: { scales_d?: number | null; scales_h?: number | null; scales_w?: number | null },
  ): Tensor;
  upsample_trilinear3d(
    self: Tensor,
    output_size: Int | readonly Int[],
    align_corners: boolean,
    scales_d: number | null,
    named?: { scales_h?: number | null; scales_w?: number | null },
  ): Tensor;
  upsample_trilinear3d(
    self: Tensor,
    output_size: Int | readonly Int[],
    align_corners: boolean,
    scales_d: number | null,
    scales_h: number | null,
    named?: { scales_w?: number | null },
  ): Tensor;
  upsample_trilinear3d(
    self: Tensor,
    output_size: Int | readonly Int[],
    align_corners: boolean,
    scales_d: number | null,
    scales_h: number | null,
    scales_w: number | null,
  ): Tensor;
  upsample_trilinear3d(
    input: Tensor,
    output_size: readonly Int[] | null,
    align_corners: boolean,
    scale_factors: readonly number[] | null,
  ): Tensor;
  var(self: Tensor, named?: { unbiased?: boolean }): Tensor;
  var(self: Tensor, unbiased: boolean): Tensor;
  var(
    self: Tensor,
    dim: Int | readonly Int[] | null,
    named?: { unbiased?: boolean; keepdim?: boolean },
  ): Tensor;
  var(
    self: Tensor,
    dim: Int | readonly Int[] | null,
    unbiased: boolean,
    named?: { keepdim?: boolean },
  ): Tensor;
  var(self: Tensor, dim: Int | readonly Int[] | null, unbiased: boolean, keepdim: boolean): Tensor;
  var(
    self: Tensor,
    dim: Int | readonly Int[] | null,
    named: { correction: Int | null; keepdim?: boolean },
  ): Tensor;
  var_mean(self: Tensor, named?: { unbiased?: boolean }): [Tensor, Tensor];
  var_mean(self: Tensor, unbiased: boolean): [Tensor, Tensor];
  var_mean(
    self: Tensor,
    dim: Int | readonly Int[] | null,
    named?: { unbiased?: boolean; keepdim?: boolean },
  ): [Tensor, Tensor];
  var_mean(
    self: Tensor,
    dim: Int | readonly Int[] | null,
    unbiased: boolean,
    named?: { keepdim?: boolean },
  ): [Tensor, Tensor];
  var_mean(
    self: Tensor,
    dim: Int | readonly Int[] | null,
    unbiased: boolean,
    keepdim: boolean,
  ): [Tensor, Tensor];
  var_mean(
    self: Tensor,
    dim: Int | readonly Int[] | null,
    named: { correction: Int | null; keepdim?: boolean },
  ): [Tensor, Tensor];
  view(self: Tensor, size: readonly Int[]): Tensor;
  view(self: Tensor, dtype: DType): Tensor;
  where(condition: Tensor): Tensor[];
  where(condition: Tensor, self: Scalar | Tensor, other: Scalar | Tensor): Tensor;
  zero_(self: Tensor): Tensor;
  zeros(
    size: readonly Int[],
    named?: {
      dtype?: DType | null;
      layout?: Layout | null;
      device?: Device | null;
      pin_memory?: boolean | null;
    },
  ): Tensor;
  zeros_like(
    self: Tensor,
    named?: {
      dtype?: DType | null;
      layout?: Layout | null;
      device?: Device | null;
      pin_memory?: boolean | null;
      memory_format?: MemoryFormat | null;
    },
  ): Tensor;
}

/** The same as methods of their first argument. */
export interface TensorMethods {
  _log_softmax(dim: Int, half_to_float: boolean): Tensor;
  _softmax(dim: Int, half_to_float: boolean): Tensor;
  _to_copy(named?: {
    dtype?: DType | null;
    layout?: Layout | null;
    device?: Device | null;
    pin_memory?: boolean | null;
    non_blocking?: boolean;
    memory_format?: MemoryFormat | null;
  }): Tensor;
  _unique2(named?: {
    sorted?: boolean;
    return_inverse?: boolean;
    return_counts?: boolean;
  }): [Tensor, Tensor, Tensor];
  _unique2(
    sorted: boolean,
    named?: { return_inverse?: boolean; return_counts?: boolean },
  ): [Tensor, Tensor, Tensor];
  _unique2(
    sorted: boolean,
    return_inverse: boolean,
    named?: { return_counts?: boolean },
  ): [Tensor, Tensor, Tensor];
  _unique2(sorted: boolean, return_inverse: boolean, return_counts: boolean): [Tensor, Tensor, Tensor];
  abs(): Tensor;
  acos(): Tensor;
  adaptive_avg_pool1d(output_size: Int | readonly Int[]): Tensor;
  adaptive_avg_pool2d(output_size: Int | readonly Int[]): Tensor;
  adaptive_avg_pool3d(output_size: Int | readonly Int[]): Tensor;
  adaptive_max_pool1d(output_size: Int | readonly Int[]): [Tensor, Tensor];
  adaptive_max_pool2d(output_size: Int | readonly Int[]): [Tensor, Tensor];
  adaptive_max_pool3d(output_size: Int | readonly Int[]): [Tensor, Tensor];
  add(other: Scalar, alpha: Scalar): Tensor;
  add(other: Scalar | Tensor, named?: { alpha?: Scalar }): Tensor;
  add_(other: Scalar, alpha: Scalar): Tensor;
  add_(other: Scalar | Tensor, named?: { alpha?: Scalar }): Tensor;
  addbmm(batch1: Tensor, batch2: Tensor, named?: { beta?: Scalar; alpha?: Scalar }): Tensor;
  addcdiv(tensor1: Tensor, tensor2: Tensor, named?: { value?: Scalar }): Tensor;
  addcdiv_(tensor1: Tensor, tensor2: Tensor, named?: { value?: Scalar }): Tensor;
  addcmul(tensor1: Tensor, tensor2: Tensor, named?: { value?: Scalar }): Tensor;
  addcmul_(tensor1: Tensor, tensor2: Tensor, named?: { value?: Scalar }): Tensor;
  addmm(mat1: Tensor, mat2: Tensor, named?: { beta?: Scalar; alpha?: Scalar }): Tensor;
  addmm_(mat1: Tensor, mat2: Tensor, named?: { beta?: Scalar; alpha?: Scalar }): Tensor;
  alias(): Tensor;
  all(): Tensor;
  all(dim: Int, named?: { keepdim?: boolean }): Tensor;
  all(dim: Int, keepdim: boolean): Tensor;
  allclose(other: Tensor, named?: { rtol?: number; atol?: number; equal_nan?: boolean }): boolean;
  allclose(other: Tensor, rtol: number, named?: { atol?: number; equal_nan?: boolean }): boolean;
  allclose(other: Tensor, rtol: number, atol: number, named?: { equal_nan?: boolean }): boolean;
  allclose(other: Tensor, rtol: number, atol: number, equal_nan: boolean): boolean;
  alpha_dropout(p: number, train: boolean): Tensor;
  amax(named?: { dim?: Int | readonly Int[]; keepdim?: boolean }): Tensor;
  amax(dim: Int | readonly Int[], named?: { keepdim?: boolean }): Tensor;
  amax(dim: Int | readonly Int[], keepdim: boolean): Tensor;
  amin(named?: { dim?: Int | readonly Int[]; keepdim?: boolean }): Tensor;
  amin(dim: Int | readonly Int[], named?: { keepdim?: boolean }): Tensor;
  amin(dim: Int | readonly Int[], keepdim: boolean): Tensor;
  any(): Tensor;
  any(dim: Int, named?: { keepdim?: boolean }): Tensor;
  any(dim: Int, keepdim: boolean): Tensor;
  argmax(named?: { dim?: Int | null; keepdim?: boolean }): Tensor;
  argmax(dim: Int | null, named?: { keepdim?: boolean }): Tensor;
  argmax(dim: Int | null, keepdim: boolean): Tensor;
  argmin(named?: { dim?: Int | null; keepdim?: boolean }): Tensor;
  argmin(dim: Int | null, named?: { keepdim?: boolean }): Tensor;
  argmin(dim: Int | null, keepdim: boolean): Tensor;
  argsort(dim: Int, named?: { descending?: boolean }): Tensor;
  argsort(dim: Int, descending: boolean): Tensor;
  argsort(named?: { stable?: boolean; dim?: Int; descending?: boolean }): Tensor;
  as_strided(size: readonly Int[], stride: readonly Int[], named?: { storage_offset?: Int | null }): Tensor;
  as_strided(size: readonly Int[], stride: readonly Int[], storage_offset: Int | null): Tensor;
  asin(): Tensor;
  atan(): Tensor;
  atan2(other: Tensor): Tensor;
  avg_pool1d(
    kernel_size: Int | readonly Int[],
    named?: {
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[];
      ceil_mode?: boolean;
      count_include_pad?: boolean;
    },
  ): Tensor;
  avg_pool1d(
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    named?: { padding?: Int | readonly Int[]; ceil_mode?: boolean; count_include_pad?: boolean },
  ): Tensor;
  avg_pool1d(
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    named?: { ceil_mode?: boolean; count_include_pad?: boolean },
  ): Tensor;
  avg_pool1d(
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    ceil_mode: boolean,
    named?: { count_include_pad?: boolean },
  ): Tensor;
  avg_pool1d(
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    ceil_mode: boolean,
    count_include_pad: boolean,
  ): Tensor;
  avg_pool2d(
    kernel_size: Int | readonly Int[],
    named?: {
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[];
      ceil_mode?: boolean;
      count_include_pad?: boolean;
      divisor_override?: Int | null;
    },
  ): Tensor;
  avg_pool2d(
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    named?: {
      padding?: Int | readonly Int[];
      ceil_mode?: boolean;
      count_include_pad?: boolean;
      divisor_override?: Int | null;
    },
  ): Tensor;
  avg_pool2d(
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    named?: { ceil_mode?: boolean; count_include_pad?: boolean; divisor_override?: Int | null },
  ): Tensor;
  avg_pool2d(
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    ceil_mode: boolean,
    named?: { count_include_pad?: boolean; divisor_override?: Int | null },
  ): Tensor;
  avg_pool2d(
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    ceil_mode: boolean,
    count_include_pad: boolean,
    named?: { divisor_override?: Int | null },
  ): Tensor;
  avg_pool2d(
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    ceil_mode: boolean,
    count_include_pad: boolean,
    divisor_override: Int | null,
  ): Tensor;
  avg_pool3d(
    kernel_size: Int | readonly Int[],
    named?: {
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[];
      ceil_mode?: boolean;
      count_include_pad?: boolean;
      divisor_override?: Int | null;
    },
  ): Tensor;
  avg_pool3d(
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    named?: {
      padding?: Int | readonly Int[];
      ceil_mode?: boolean;
      count_include_pad?: boolean;
      divisor_override?: Int | null;
    },
  ): Tensor;
  avg_pool3d(
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    named?: { ceil_mode?: boolean; count_include_pad?: boolean; divisor_override?: Int | null },
  ): Tensor;
  avg_pool3d(
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    ceil_mode: boolean,
    named?: { count_include_pad?: boolean; divisor_override?: Int | null },
  ): Tensor;
  avg_pool3d(
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    ceil_mode: boolean,
    count_include_pad: boolean,
    named?: { divisor_override?: Int | null },
  ): Tensor;
  avg_pool3d(
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    ceil_mode: boolean,
    count_include_pad: boolean,
    divisor_override: Int | null,
  ): Tensor;
  baddbmm(batch1: Tensor, batch2: Tensor, named?: { beta?: Scalar; alpha?: Scalar }): Tensor;
  batch_norm(
    weight: Tensor | null,
    bias: Tensor | null,
    running_mean: Tensor | null,
    running_var: Tensor | null,
    training: boolean,
    momentum: number,
    eps: number,
    cudnn_enabled: boolean,
  ): Tensor;
  bernoulli(named?: { generator?: Generator | null }): Tensor;
  bernoulli(p: Tensor | number, named?: { generator?: Generator | null }): Tensor;
  bernoulli_(named?: { p?: number; generator?: Generator | null }): Tensor;
  bernoulli_(p: number, named?: { generator?: Generator | null }): Tensor;
  bernoulli_(p: Tensor, named?: { generator?: Generator | null }): Tensor;
  binary_cross_entropy(target: Tensor, named?: { weight?: Tensor | null; reduction?: Int }): Tensor;
  binary_cross_entropy(target: Tensor, weight: Tensor | null, named?: { reduction?: Int }): Tensor;
  binary_cross_entropy(target: Tensor, weight: Tensor | null, reduction: Int): Tensor;
  binary_cross_entropy_with_logits(
    target: Tensor,
    named?: { weight?: Tensor | null; pos_weight?: Tensor | null; reduction?: Int },
  ): Tensor;
  binary_cross_entropy_with_logits(
    target: Tensor,
    weight: Tensor | null,
    named?: { pos_weight?: Tensor | null; reduction?: Int },
  ): Tensor;
  binary_cross_entropy_with_logits(
    target: Tensor,
    weight: Tensor | null,
    pos_weight: Tensor | null,
    named?: { reduction?: Int },
  ): Tensor;
  binary_cross_entropy_with_logits(
    target: Tensor,
    weight: Tensor | null,
    pos_weight: Tensor | null,
    reduction: Int,
  ): Tensor;
  bincount(named?: { weights?: Tensor | null; minlength?: Int }): Tensor;
  bincount(weights: Tensor | null, named?: { minlength?: Int }): Tensor;
  bincount(weights: Tensor | null, minlength: Int): Tensor;
  bitwise_and(other: Scalar | Tensor): Tensor;
  bitwise_not(): Tensor;
  bitwise_or(other: Scalar | Tensor): Tensor;
  bmm(mat2: Tensor): Tensor;
  bucketize(boundaries: Tensor, named?: { out_int32?: boolean; right?: boolean }): Tensor;
  ceil(): Tensor;
  celu(named?: { alpha?: Scalar }): Tensor;
  celu(alpha: Scalar): Tensor;
  chunk(chunks: Int, named?: { dim?: Int }): Tensor[];
  chunk(chunks: Int, dim: Int): Tensor[];
  clamp(named?: { min?: Scalar | null; max?: Scalar | null }): Tensor;
  clamp(min: Scalar | null, named?: { max?: Scalar | null }): Tensor;
  clamp(min: Scalar | null, max: Scalar | null): Tensor;
  clamp(named?: { min?: Tensor | null; max?: Tensor | null }): Tensor;
  clamp(min: Tensor | null, named?: { max?: Tensor | null }): Tensor;
  clamp(min: Tensor | null, max: Tensor | null): Tensor;
  clamp_(named?: { min?: Scalar | null; max?: Scalar | null }): Tensor;
  clamp_(min: Scalar | null, named?: { max?: Scalar | null }): Tensor;
  clamp_(min: Scalar | null, max: Scalar | null): Tensor;
  clamp_(named?: { min?: Tensor | null; max?: Tensor | null }): Tensor;
  clamp_(min: Tensor | null, named?: { max?: Tensor | null }): Tensor;
  clamp_(min: Tensor | null, max: Tensor | null): Tensor;
  clamp_max(max: Scalar | Tensor): Tensor;
  clamp_min(min: Scalar | Tensor): Tensor;
  clone(named?: { memory_format?: MemoryFormat | null }): Tensor;
  col2im(
    output_size: Int | readonly Int[],
    kernel_size: Int | readonly Int[],
    dilation: Int | readonly Int[],
    padding: Int | readonly Int[],
    stride: Int | readonly Int[],
  ): Tensor;
  constant_pad_nd(pad: readonly Int[], named?: { value?: Scalar }): Tensor;
  constant_pad_nd(pad: readonly Int[], value: Scalar): Tensor;
  contiguous(named?: { memory_format?: MemoryFormat }): Tensor;
  conv1d(
    weight: Tensor,
    named?: {
      bias?: Tensor | null;
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[] | string;
      dilation?: Int | readonly Int[];
      groups?: Int;
    },
  ): Tensor;
  conv1d(
    weight: Tensor,
    bias: Tensor | null,
    named?: {
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[] | string;
      dilation?: Int | readonly Int[];
      groups?: Int;
    },
  ): Tensor;
  conv1d(
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    named?: { padding?: Int | readonly Int[] | string; dilation?: Int | readonly Int[]; groups?: Int },
  ): Tensor;
  conv1d(
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[] | string,
    named?: { dilation?: Int | readonly Int[]; groups?: Int },
  ): Tensor;
  conv1d(
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[] | string,
    dilation: Int | readonly Int[],
    named?: { groups?: Int },
  ): Tensor;
  conv1d(
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[] | string,
    dilation: Int | readonly Int[],
    groups: Int,
  ): Tensor;
  conv2d(
    weight: Tensor,
    named?: {
      bias?: Tensor | null;
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[] | string;
      dilation?: Int | readonly Int[];
      groups?: Int;
    },
  ): Tensor;
  conv2d(
    weight: Tensor,
    bias: Tensor | null,
    named?: {
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[] | string;
      dilation?: Int | readonly Int[];
      groups?: Int;
    },
  ): Tensor;
  conv2d(
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    named?: { padding?: Int | readonly Int[] | string; dilation?: Int | readonly Int[]; groups?: Int },
  ): Tensor;
  conv2d(
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[] | string,
    named?: { dilation?: Int | readonly Int[]; groups?: Int },
  ): Tensor;
  conv2d(
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[] | string,
    dilation: Int | readonly Int[],
    named?: { groups?: Int },
  ): Tensor;
  conv2d(
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[] | string,
    dilation: Int | readonly Int[],
    groups: Int,
  ): Tensor;
  conv3d(
    weight: Tensor,
    named?: {
      bias?: Tensor | null;
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[] | string;
      dilation?: Int | readonly Int[];
      groups?: Int;
    },
  ): Tensor;
  conv3d(
    weight: Tensor,
    bias: Tensor | null,
    named?: {
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[] | string;
      dilation?: Int | readonly Int[];
      groups?: Int;
    },
  ): Tensor;
  conv3d(
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    named?: { padding?: Int | readonly Int[] | string; dilation?: Int | readonly Int[]; groups?: Int },
  ): Tensor;
  conv3d(
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[] | string,
    named?: { dilation?: Int | readonly Int[]; groups?: Int },
  ): Tensor;
  conv3d(
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[] | string,
    dilation: Int | readonly Int[],
    named?: { groups?: Int },
  ): Tensor;
  conv3d(
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[] | string,
    dilation: Int | readonly Int[],
    groups: Int,
  ): Tensor;
  conv_transpose1d(
    weight: Tensor,
    named?: {
      bias?: Tensor | null;
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[];
      output_padding?: Int | readonly Int[];
      groups?: Int;
      dilation?: Int | readonly Int[];
    },
  ): Tensor;
  conv_transpose1d(
    weight: Tensor,
    bias: Tensor | null,
    named?: {
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[];
      output_padding?: Int | readonly Int[];
      groups?: Int;
      dilation?: Int | readonly Int[];
    },
  ): Tensor;
  conv_transpose1d(
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    named?: {
      padding?: Int | readonly Int[];
      output_padding?: Int | readonly Int[];
      groups?: Int;
      dilation?: Int | readonly Int[];
    },
  ): Tensor;
  conv_transpose1d(
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    named?: { output_padding?: Int | readonly Int[]; groups?: Int; dilation?: Int | readonly Int[] },
  ): Tensor;
  conv_transpose1d(
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    output_padding: Int | readonly Int[],
    named?: { groups?: Int; dilation?: Int | readonly Int[] },
  ): Tensor;
  conv_transpose1d(
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    output_padding: Int | readonly Int[],
    groups: Int,
    named?: { dilation?: Int | readonly Int[] },
  ): Tensor;
  conv_transpose1d(
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    output_padding: Int | readonly Int[],
    groups: Int,
    dilation: Int | readonly Int[],
  ): Tensor;
  conv_transpose2d(
    weight: Tensor,
    named?: {
      bias?: Tensor | null;
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[];
      output_padding?: Int | readonly Int[];
      groups?: Int;
      dilation?: Int | readonly Int[];
    },
  ): Tensor;
  conv_transpose2d(
    weight: Tensor,
    bias: Tensor | null,
    named?: {
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[];
      output_padding?: Int | readonly Int[];
      groups?: Int;
      dilation?: Int | readonly Int[];
    },
  ): Tensor;
  conv_transpose2d(
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    named?: {
      padding?: Int | readonly Int[];
      output_padding?: Int | readonly Int[];
      groups?: Int;
      dilation?: Int | readonly Int[];
    },
  ): Tensor;
  conv_transpose2d(
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    named?: { output_padding?: Int | readonly Int[]; groups?: Int; dilation?: Int | readonly Int[] },
  ): Tensor;
  conv_transpose2d(
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    output_padding: Int | readonly Int[],
    named?: { groups?: Int; dilation?: Int | readonly Int[] },
  ): Tensor;
  conv_transpose2d(
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    output_padding: Int | readonly Int[],
    groups: Int,
    named?: { dilation?: Int | readonly Int[] },
  ): Tensor;
  conv_transpose2d(
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    output_padding: Int | readonly Int[],
    groups: Int,
    dilation: Int | readonly Int[],
  ): Tensor;
  conv_transpose3d(
    weight: Tensor,
    named?: {
      bias?: Tensor | null;
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[];
      output_padding?: Int | readonly Int[];
      groups?: Int;
      dilation?: Int | readonly Int[];
    },
  ): Tensor;
  conv_transpose3d(
    weight: Tensor,
    bias: Tensor | null,
    named?: {
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[];
      output_padding?: Int | readonly Int[];
      groups?: Int;
      dilation?: Int | readonly Int[];
    },
  ): Tensor;
  conv_transpose3d(
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    named?: {
      padding?: Int | readonly Int[];
      output_padding?: Int | readonly Int[];
      groups?: Int;
      dilation?: Int | readonly Int[];
    },
  ): Tensor;
  conv_transpose3d(
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    named?: { output_padding?: Int | readonly Int[]; groups?: Int; dilation?: Int | readonly Int[] },
  ): Tensor;
  conv_transpose3d(
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    output_padding: Int | readonly Int[],
    named?: { groups?: Int; dilation?: Int | readonly Int[] },
  ): Tensor;
  conv_transpose3d(
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    output_padding: Int | readonly Int[],
    groups: Int,
    named?: { dilation?: Int | readonly Int[] },
  ): Tensor;
  conv_transpose3d(
    weight: Tensor,
    bias: Tensor | null,
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    output_padding: Int | readonly Int[],
    groups: Int,
    dilation: Int | readonly Int[],
  ): Tensor;
  copy_(src: Tensor, named?: { non_blocking?: boolean }): Tensor;
  copy_(src: Tensor, non_blocking: boolean): Tensor;
  cos(): Tensor;
  cosh(): Tensor;
  count_nonzero(named?: { dim?: Int | null }): Tensor;
  count_nonzero(dim: Int | null): Tensor;
  count_nonzero(dim: readonly Int[]): Tensor;
  cross_entropy_loss(
    target: Tensor,
    named?: { weight?: Tensor | null; reduction?: Int; ignore_index?: Int; label_smoothing?: number },
  ): Tensor;
  cross_entropy_loss(
    target: Tensor,
    weight: Tensor | null,
    named?: { reduction?: Int; ignore_index?: Int; label_smoothing?: number },
  ): Tensor;
  cross_entropy_loss(
    target: Tensor,
    weight: Tensor | null,
    reduction: Int,
    named?: { ignore_index?: Int; label_smoothing?: number },
  ): Tensor;
  cross_entropy_loss(
    target: Tensor,
    weight: Tensor | null,
    reduction: Int,
    ignore_index: Int,
    named?: { label_smoothing?: number },
  ): Tensor;
  cross_entropy_loss(
    target: Tensor,
    weight: Tensor | null,
    reduction: Int,
    ignore_index: Int,
    label_smoothing: number,
  ): Tensor;
  cumprod(dim: Int, named?: { dtype?: DType | null }): Tensor;
  cumsum(dim: Int, named?: { dtype?: DType | null }): Tensor;
  detach(): Tensor;
  detach_(): Tensor;
  diagonal(named?: { offset?: Int; dim1?: Int; dim2?: Int }): Tensor;
  diagonal(offset: Int, named?: { dim1?: Int; dim2?: Int }): Tensor;
  diagonal(offset: Int, dim1: Int, named?: { dim2?: Int }): Tensor;
  diagonal(offset: Int, dim1: Int, dim2: Int): Tensor;
  div(other: Scalar | Tensor, named?: { rounding_mode?: string | null }): Tensor;
  div_(other: Scalar | Tensor, named?: { rounding_mode?: string | null }): Tensor;
  dot(tensor: Tensor): Tensor;
  dropout(p: number, train: boolean): Tensor;
  dropout_(p: number, train: boolean): Tensor;
  elu(named?: { alpha?: Scalar; scale?: Scalar; input_scale?: Scalar }): Tensor;
  elu(alpha: Scalar, named?: { scale?: Scalar; input_scale?: Scalar }): Tensor;
  elu(alpha: Scalar, scale: Scalar, named?: { input_scale?: Scalar }): Tensor;
  elu(alpha: Scalar, scale: Scalar, input_scale: Scalar): Tensor;
  empty_like(named?: {
    dtype?: DType | null;
    layout?: Layout | null;
    device?: Device | null;
    pin_memory?: boolean | null;
    memory_format?: MemoryFormat | null;
  }): Tensor;
  eq(other: Scalar | Tensor): Tensor;
  equal(other: Tensor): boolean;
  erf(): Tensor;
  erfinv(): Tensor;
  exp(): Tensor;
  exp_(): Tensor;
  expand(size: readonly Int[], named?: { implicit?: boolean }): Tensor;
  expand_as(other: Tensor): Tensor;
  expm1(): Tensor;
  exponential_(named?: { lambd?: number; generator?: Generator | null }): Tensor;
  exponential_(lambd: number, named?: { generator?: Generator | null }): Tensor;
  feature_dropout(p: number, train: boolean): Tensor;
  feature_dropout_(p: number, train: boolean): Tensor;
  fill_(value: Scalar | Tensor): Tensor;
  flatten(named?: { start_dim?: Int; end_dim?: Int }): Tensor;
  flatten(start_dim: Int, named?: { end_dim?: Int }): Tensor;
  flatten(start_dim: Int, end_dim: Int): Tensor;
  flip(dims: readonly Int[]): Tensor;
  floor(): Tensor;
  floor_divide(other: Scalar | Tensor): Tensor;
  fmod(other: Scalar | Tensor): Tensor;
  frac(): Tensor;
  full_like(
    fill_value: Scalar,
    named?: {
      dtype?: DType | null;
      layout?: Layout | null;
      device?: Device | null;
      pin_memory?: boolean | null;
      memory_format?: MemoryFormat | null;
    },
  ): Tensor;
  gather(dim: Int, index: Tensor, named?: { sparse_grad?: boolean }): Tensor;
  ge(other: Scalar | Tensor): Tensor;
  gelu(named?: { approximate?: string }): Tensor;
  glu(named?: { dim?: Int }): Tensor;
  glu(dim: Int): Tensor;
  grid_sampler(grid: Tensor, interpolation_mode: Int, padding_mode: Int, align_corners: boolean): Tensor;
  grid_sampler_2d(grid: Tensor, interpolation_mode: Int, padding_mode: Int, align_corners: boolean): Tensor;
  grid_sampler_3d(grid: Tensor, interpolation_mode: Int, padding_mode: Int, align_corners: boolean): Tensor;
  group_norm(
    num_groups: Int,
    named?: { weight?: Tensor | null; bias?: Tensor | null; eps?: number; cudnn_enabled?: boolean },
  ): Tensor;
  group_norm(
    num_groups: Int,
    weight: Tensor | null,
    named?: { bias?: Tensor | null; eps?: number; cudnn_enabled?: boolean },
  ): Tensor;
  group_norm(
    num_groups: Int,
    weight: Tensor | null,
    bias: Tensor | null,
    named?: { eps?: number; cudnn_enabled?: boolean },
  ): Tensor;
  group_norm(
    num_groups: Int,
    weight: Tensor | null,
    bias: Tensor | null,
    eps: number,
    named?: { cudnn_enabled?: boolean },
  ): Tensor;
  group_norm(
    num_groups: Int,
    weight: Tensor | null,
    bias: Tensor | null,
    eps: number,
    cudnn_enabled: boolean,
  ): Tensor;
  gru(
    hx: Tensor,
    params: readonly Tensor[],
    has_biases: boolean,
    num_layers: Int,
    dropout: number,
    train: boolean,
    bidirectional: boolean,
    batch_first: boolean,
  ): [Tensor, Tensor];
  gru_cell(
    hx: Tensor,
    w_ih: Tensor,
    w_hh: Tensor,
    named?: { b_ih?: Tensor | null; b_hh?: Tensor | null },
  ): Tensor;
  gru_cell(
    hx: Tensor,
    w_ih: Tensor,
    w_hh: Tensor,
    b_ih: Tensor | null,
    named?: { b_hh?: Tensor | null },
  ): Tensor;
  gru_cell(hx: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor | null, b_hh: Tensor | null): Tensor;
  gt(other: Scalar | Tensor): Tensor;
  hardsigmoid(): Tensor;
  hardswish(): Tensor;
  hardswish_(): Tensor;
  hardtanh(named?: { min_val?: Scalar; max_val?: Scalar }): Tensor;
  hardtanh(min_val: Scalar, named?: { max_val?: Scalar }): Tensor;
  hardtanh(min_val: Scalar, max_val: Scalar): Tensor;
  hardtanh_(named?: { min_val?: Scalar; max_val?: Scalar }): Tensor;
  hardtanh_(min_val: Scalar, named?: { max_val?: Scalar }): Tensor;
  hardtanh_(min_val: Scalar, max_val: Scalar): Tensor;
  hinge_embedding_loss(target: Tensor, named?: { margin?: number; reduction?: Int }): Tensor;
  hinge_embedding_loss(target: Tensor, margin: number, named?: { reduction?: Int }): Tensor;
  hinge_embedding_loss(target: Tensor, margin: number, reduction: Int): Tensor;
  histc(named?: { bins?: Int; min?: Scalar; max?: Scalar }): Tensor;
  histc(bins: Int, named?: { min?: Scalar; max?: Scalar }): Tensor;
  histc(bins: Int, min: Scalar, named?: { max?: Scalar }): Tensor;
  histc(bins: Int, min: Scalar, max: Scalar): Tensor;
  huber_loss(target: Tensor, named?: { reduction?: Int; delta?: number }): Tensor;
  huber_loss(target: Tensor, reduction: Int, named?: { delta?: number }): Tensor;
  huber_loss(target: Tensor, reduction: Int, delta: number): Tensor;
  im2col(
    kernel_size: Int | readonly Int[],
    dilation: Int | readonly Int[],
    padding: Int | readonly Int[],
    stride: Int | readonly Int[],
  ): Tensor;
  index_put(indices: OptionalTensors, values: Tensor, named?: { accumulate?: boolean }): Tensor;
  index_put(indices: OptionalTensors, values: Tensor, accumulate: boolean): Tensor;
  index_put_(indices: OptionalTensors, values: Tensor, named?: { accumulate?: boolean }): Tensor;
  index_put_(indices: OptionalTensors, values: Tensor, accumulate: boolean): Tensor;
  index_select(dim: Int, index: Tensor): Tensor;
  instance_norm(
    weight: Tensor | null,
    bias: Tensor | null,
    running_mean: Tensor | null,
    running_var: Tensor | null,
    use_input_stats: boolean,
    momentum: number,
    eps: number,
    cudnn_enabled: boolean,
  ): Tensor;
  is_floating_point(): boolean;
  is_nonzero(): boolean;
  isfinite(): Tensor;
  isinf(): Tensor;
  isnan(): Tensor;
  kl_div(target: Tensor, named?: { reduction?: Int; log_target?: boolean }): Tensor;
  kl_div(target: Tensor, reduction: Int, named?: { log_target?: boolean }): Tensor;
  l1_loss(target: Tensor, named?: { reduction?: Int }): Tensor;
  l1_loss(target: Tensor, reduction: Int): Tensor;
  layer_norm(
    normalized_shape: readonly Int[],
    named?: { weight?: Tensor | null; bias?: Tensor | null; eps?: number; cudnn_enable?: boolean },
  ): Tensor;
  layer_norm(
    normalized_shape: readonly Int[],
    weight: Tensor | null,
    named?: { bias?: Tensor | null; eps?: number; cudnn_enable?: boolean },
  ): Tensor;
  layer_norm(
    normalized_shape: readonly Int[],
    weight: Tensor | null,
    bias: Tensor | null,
    named?: { eps?: number; cudnn_enable?: boolean },
  ): Tensor;
  layer_norm(
    normalized_shape: readonly Int[],
    weight: Tensor | null,
    bias: Tensor | null,
    eps: number,
    named?: { cudnn_enable?: boolean },
  ): Tensor;
  layer_norm(
    normalized_shape: readonly Int[],
    weight: Tensor | null,
    bias: Tensor | null,
    eps: number,
    cudnn_enable: boolean,
  ): Tensor;
  le(other: Scalar | Tensor): Tensor;
  leaky_relu(named?: { negative_slope?: Scalar }): Tensor;
  leaky_relu(negative_slope: Scalar): Tensor;
  leaky_relu_(named?: { negative_slope?: Scalar }): Tensor;
  leaky_relu_(negative_slope: Scalar): Tensor;
  lerp(end: Tensor, weight: Scalar | Tensor): Tensor;
  lerp_(end: Tensor, weight: Scalar | Tensor): Tensor;
  linalg_vector_norm(named?: {
    ord?: Scalar;
    dim?: Int | readonly Int[] | null;
    keepdim?: boolean;
    dtype?: DType | null;
  }): Tensor;
  linalg_vector_norm(
    ord: Scalar,
    named?: { dim?: Int | readonly Int[] | null; keepdim?: boolean; dtype?: DType | null },
  ): Tensor;
  linalg_vector_norm(
    ord: Scalar,
    dim: Int | readonly Int[] | null,
    named?: { keepdim?: boolean; dtype?: DType | null },
  ): Tensor;
  linalg_vector_norm(
    ord: Scalar,
    dim: Int | readonly Int[] | null,
    keepdim: boolean,
    named?: { dtype?: DType | null },
  ): Tensor;
  linear(weight: Tensor, named?: { bias?: Tensor | null }): Tensor;
  linear(weight: Tensor, bias: Tensor | null): Tensor;
  log(): Tensor;
  log1p(): Tensor;
  log2(): Tensor;
  log_(): Tensor;
  log_sigmoid(): Tensor;
  log_softmax(dim: Int, named?: { dtype?: DType | null }): Tensor;
  log_softmax(dim: Int, dtype: DType | null): Tensor;
  logical_and(other: Tensor): Tensor;
  logical_not(): Tensor;
  logical_or(other: Tensor): Tensor;
  logical_xor(other: Tensor): Tensor;
  logsumexp(dim: Int | readonly Int[], named?: { keepdim?: boolean }): Tensor;
  logsumexp(dim: Int | readonly Int[], keepdim: boolean): Tensor;
  lstm(
    hx: readonly Tensor[],
    params: readonly Tensor[],
    has_biases: boolean,
    num_layers: Int,
    dropout: number,
    train: boolean,
    bidirectional: boolean,
    batch_first: boolean,
  ): [Tensor, Tensor, Tensor];
  lstm_cell(
    hx: readonly Tensor[],
    w_ih: Tensor,
    w_hh: Tensor,
    named?: { b_ih?: Tensor | null; b_hh?: Tensor | null },
  ): [Tensor, Tensor];
  lstm_cell(
    hx: readonly Tensor[],
    w_ih: Tensor,
    w_hh: Tensor,
    b_ih: Tensor | null,
    named?: { b_hh?: Tensor | null },
  ): [Tensor, Tensor];
  lstm_cell(
    hx: readonly Tensor[],
    w_ih: Tensor,
    w_hh: Tensor,
    b_ih: Tensor | null,
    b_hh: Tensor | null,
  ): [Tensor, Tensor];
  lt(other: Scalar | Tensor): Tensor;
  masked_fill(mask: Tensor, value: Scalar | Tensor): Tensor;
  masked_fill_(mask: Tensor, value: Scalar | Tensor): Tensor;
  masked_select(mask: Tensor): Tensor;
  matmul(other: Tensor): Tensor;
  max(): Tensor;
  max(dim: Int, named?: { keepdim?: boolean }): [Tensor, Tensor];
  max(dim: Int, keepdim: boolean): [Tensor, Tensor];
  max(other: Tensor): Tensor;
  max_pool1d(
    kernel_size: Int | readonly Int[],
    named?: {
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[];
      dilation?: Int | readonly Int[];
      ceil_mode?: boolean;
    },
  ): Tensor;
  max_pool1d(
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    named?: { padding?: Int | readonly Int[]; dilation?: Int | readonly Int[]; ceil_mode?: boolean },
  ): Tensor;
  max_pool1d(
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    named?: { dilation?: Int | readonly Int[]; ceil_mode?: boolean },
  ): Tensor;
  max_pool1d(
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    dilation: Int | readonly Int[],
    named?: { ceil_mode?: boolean },
  ): Tensor;
  max_pool1d(
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    dilation: Int | readonly Int[],
    ceil_mode: boolean,
  ): Tensor;
  max_pool2d(
    kernel_size: Int | readonly Int[],
    named?: {
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[];
      dilation?: Int | readonly Int[];
      ceil_mode?: boolean;
    },
  ): Tensor;
  max_pool2d(
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    named?: { padding?: Int | readonly Int[]; dilation?: Int | readonly Int[]; ceil_mode?: boolean },
  ): Tensor;
  max_pool2d(
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    named?: { dilation?: Int | readonly Int[]; ceil_mode?: boolean },
  ): Tensor;
  max_pool2d(
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    dilation: Int | readonly Int[],
    named?: { ceil_mode?: boolean },
  ): Tensor;
  max_pool2d(
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    dilation: Int | readonly Int[],
    ceil_mode: boolean,
  ): Tensor;
  max_pool2d_with_indices(
    kernel_size: Int | readonly Int[],
    named?: {
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[];
      dilation?: Int | readonly Int[];
      ceil_mode?: boolean;
    },
  ): [Tensor, Tensor];
  max_pool2d_with_indices(
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    named?: { padding?: Int | readonly Int[]; dilation?: Int | readonly Int[]; ceil_mode?: boolean },
  ): [Tensor, Tensor];
  max_pool2d_with_indices(
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    named?: { dilation?: Int | readonly Int[]; ceil_mode?: boolean },
  ): [Tensor, Tensor];
  max_pool2d_with_indices(
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    dilation: Int | readonly Int[],
    named?: { ceil_mode?: boolean },
  ): [Tensor, Tensor];
  max_pool2d_with_indices(
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    dilation: Int | readonly Int[],
    ceil_mode: boolean,
  ): [Tensor, Tensor];
  max_pool3d(
    kernel_size: Int | readonly Int[],
    named?: {
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[];
      dilation?: Int | readonly Int[];
      ceil_mode?: boolean;
    },
  ): Tensor;
  max_pool3d(
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    named?: { padding?: Int | readonly Int[]; dilation?: Int | readonly Int[]; ceil_mode?: boolean },
  ): Tensor;
  max_pool3d(
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    named?: { dilation?: Int | readonly Int[]; ceil_mode?: boolean },
  ): Tensor;
  max_pool3d(
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    dilation: Int | readonly Int[],
    named?: { ceil_mode?: boolean },
  ): Tensor;
  max_pool3d(
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    dilation: Int | readonly Int[],
    ceil_mode: boolean,
  ): Tensor;
  max_pool3d_with_indices(
    kernel_size: Int | readonly Int[],
    named?: {
      stride?: Int | readonly Int[];
      padding?: Int | readonly Int[];
      dilation?: Int | readonly Int[];
      ceil_mode?: boolean;
    },
  ): [Tensor, Tensor];
  max_pool3d_with_indices(
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    named?: { padding?: Int | readonly Int[]; dilation?: Int | readonly Int[]; ceil_mode?: boolean },
  ): [Tensor, Tensor];
  max_pool3d_with_indices(
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    named?: { dilation?: Int | readonly Int[]; ceil_mode?: boolean },
  ): [Tensor, Tensor];
  max_pool3d_with_indices(
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    dilation: Int | readonly Int[],
    named?: { ceil_mode?: boolean },
  ): [Tensor, Tensor];
  max_pool3d_with_indices(
    kernel_size: Int | readonly Int[],
    stride: Int | readonly Int[],
    padding: Int | readonly Int[],
    dilation: Int | readonly Int[],
    ceil_mode: boolean,
  ): [Tensor, Tensor];
  maximum(other: Tensor): Tensor;
  mean(named?: { dtype?: DType | null }): Tensor;
  mean(dim: Int | readonly Int[] | null, named?: { keepdim?: boolean; dtype?: DType | null }): Tensor;
  mean(dim: Int | readonly Int[] | null, keepdim: boolean, named?: { dtype?: DType | null }): Tensor;
  median(): Tensor;
  median(dim: Int, named?: { keepdim?: boolean }): [Tensor, Tensor];
  median(dim: Int, keepdim: boolean): [Tensor, Tensor];
  min(): Tensor;
  min(dim: Int, named?: { keepdim?: boolean }): [Tensor, Tensor];
  min(dim: Int, keepdim: boolean): [Tensor, Tensor];
  min(other: Tensor): Tensor;
  minimum(other: Tensor): Tensor;
  mish(): Tensor;
  mm(mat2: Tensor): Tensor;
  movedim(source: Int, destination: Int): Tensor;
  movedim(source: readonly Int[], destination: readonly Int[]): Tensor;
  mse_loss(target: Tensor, named?: { reduction?: Int }): Tensor;
  mse_loss(target: Tensor, reduction: Int): Tensor;
  mul(other: Scalar | Tensor): Tensor;
  mul_(other: Scalar | Tensor): Tensor;
  multinomial(num_samples: Int, named?: { replacement?: boolean; generator?: Generator | null }): Tensor;
  multinomial(num_samples: Int, replacement: boolean, named?: { generator?: Generator | null }): Tensor;
  mv(vec: Tensor): Tensor;
  nan_to_num(named?: { nan?: number | null; posinf?: number | null; neginf?: number | null }): Tensor;
  nan_to_num(nan: number | null, named?: { posinf?: number | null; neginf?: number | null }): Tensor;
  nan_to_num(nan: number | null, posinf: number | null, named?: { neginf?: number | null }): Tensor;
  nan_to_num(nan: number | null, posinf: number | null, neginf: number | null): Tensor;
  narrow(dim: Int, start: Int | Tensor, length: Int): Tensor;
  native_batch_norm(
    weight: Tensor | null,
    bias: Tensor | null,
    running_mean: Tensor | null,
    running_var: Tensor | null,
    training: boolean,
    momentum: number,
    eps: number,
  ): [Tensor, Tensor, Tensor];
  native_layer_norm(
    normalized_shape: readonly Int[],
    weight: Tensor | null,
    bias: Tensor | null,
    eps: number,
  ): [Tensor, Tensor, Tensor];
  ne(other: Scalar | Tensor): Tensor;
  neg(): Tensor;
  neg_(): Tensor;
  nll_loss(target: Tensor, named?: { weight?: Tensor | null; reduction?: Int; ignore_index?: Int }): Tensor;
  nll_loss(target: Tensor, weight: Tensor | null, named?: { reduction?: Int; ignore_index?: Int }): Tensor;
  nll_loss(target: Tensor, weight: Tensor | null, reduction: Int, named?: { ignore_index?: Int }): Tensor;
  nll_loss(target: Tensor, weight: Tensor | null, reduction: Int, ignore_index: Int): Tensor;
  nll_loss_nd(
    target: Tensor,
    named?: { weight?: Tensor | null; reduction?: Int; ignore_index?: Int },
  ): Tensor;
  nll_loss_nd(target: Tensor, weight: Tensor | null, named?: { reduction?: Int; ignore_index?: Int }): Tensor;
  nll_loss_nd(target: Tensor, weight: Tensor | null, reduction: Int, named?: { ignore_index?: Int }): Tensor;
  nll_loss_nd(target: Tensor, weight: Tensor | null, reduction: Int, ignore_index: Int): Tensor;
  nonzero(): Tensor;
  norm(named?: { p?: Scalar }): Tensor;
  norm(p: Scalar): Tensor;
  norm(p: Scalar | null, dim: Int | readonly Int[], named?: { keepdim?: boolean }): Tensor;
  norm(p: Scalar | null, dim: Int | readonly Int[], keepdim: boolean): Tensor;
  norm(p: Scalar | null, named: { dtype: DType }): Tensor;
  norm(p: Scalar | null, dim: Int | readonly Int[], keepdim: boolean, named: { dtype: DType }): Tensor;
  normal_(named?: { mean?: number; std?: number; generator?: Generator | null }): Tensor;
  normal_(mean: number, named?: { std?: number; generator?: Generator | null }): Tensor;
  normal_(mean: number, std: number, named?: { generator?: Generator | null }): Tensor;
  one_hot(named?: { num_classes?: Int }): Tensor;
  one_hot(num_classes: Int): Tensor;
  ones_like(named?: {
    dtype?: DType | null;
    layout?: Layout | null;
    device?: Device | null;
    pin_memory?: boolean | null;
    memory_format?: MemoryFormat | null;
  }): Tensor;
  outer(vec2: Tensor): Tensor;
  pad(pad: readonly Int[], named?: { mode?: string; value?: number | null }): Tensor;
  pad(pad: readonly Int[], mode: string, named?: { value?: number | null }): Tensor;
  pad(pad: readonly Int[], mode: string, value: number | null): Tensor;
  permute(dims: readonly Int[]): Tensor;
  pow(exponent: Scalar | Tensor): Tensor;
  pow_(exponent: Scalar | Tensor): Tensor;
  prelu(weight: Tensor): Tensor;
  prod(named?: { dtype?: DType | null }): Tensor;
  prod(dim: Int, named?: { keepdim?: boolean; dtype?: DType | null }): Tensor;
  prod(dim: Int, keepdim: boolean, named?: { dtype?: DType | null }): Tensor;
  rand_like(named?: {
    dtype?: DType | null;
    layout?: Layout | null;
    device?: Device | null;
    pin_memory?: boolean | null;
    memory_format?: MemoryFormat | null;
  }): Tensor;
  randn_like(named?: {
    dtype?: DType | null;
    layout?: Layout | null;
    device?: Device | null;
    pin_memory?: boolean | null;
    memory_format?: MemoryFormat | null;
  }): Tensor;
  random_(named?: { generator?: Generator | null }): Tensor;
  random_(to: Int, named?: { generator?: Generator | null }): Tensor;
  random_(from: Int, to: Int | null, named?: { generator?: Generator | null }): Tensor;
  reciprocal(): Tensor;
  relu(): Tensor;
  relu_(): Tensor;
  remainder(other: Scalar | Tensor): Tensor;
  repeat(repeats: readonly Int[]): Tensor;
  repeat_interleave(repeats: Int | Tensor, named?: { dim?: Int | null; output_size?: Int | null }): Tensor;
  repeat_interleave(repeats: Int | Tensor, dim: Int | null, named?: { output_size?: Int | null }): Tensor;
  requires_grad_(named?: { requires_grad?: boolean }): Tensor;
  requires_grad_(requires_grad: boolean): Tensor;
  reshape(shape: readonly Int[]): Tensor;
  resize_(size: readonly Int[], named?: { memory_format?: MemoryFormat | null }): Tensor;
  resolve_conj(): Tensor;
  retain_grad(): void;
  retains_grad(): boolean;
  rnn_relu(
    hx: Tensor,
    params: readonly Tensor[],
    has_biases: boolean,
    num_layers: Int,
    dropout: number,
    train: boolean,
    bidirectional: boolean,
    batch_first: boolean,
  ): [Tensor, Tensor];
  rnn_tanh(
    hx: Tensor,
    params: readonly Tensor[],
    has_biases: boolean,
    num_layers: Int,
    dropout: number,
    train: boolean,
    bidirectional: boolean,
    batch_first: boolean,
  ): [Tensor, Tensor];
  roll(shifts: Int | readonly Int[], named?: { dims?: Int | readonly Int[] }): Tensor;
  roll(shifts: Int | readonly Int[], dims: Int | readonly Int[]): Tensor;
  round(named?: { decimals?: Int }): Tensor;
  rsqrt(): Tensor;
  rsub(other: Scalar, alpha: Scalar): Tensor;
  rsub(other: Scalar | Tensor, named?: { alpha?: Scalar }): Tensor;
  scatter(dim: Int, index: Tensor, src: Tensor, named?: { reduce?: string }): Tensor;
  scatter(dim: Int, index: Tensor, value: Scalar, named?: { reduce?: string }): Tensor;
  scatter_(dim: Int, index: Tensor, src: Tensor, named?: { reduce?: string }): Tensor;
  scatter_(dim: Int, index: Tensor, value: Scalar, named?: { reduce?: string }): Tensor;
  scatter_add(dim: Int, index: Tensor, src: Tensor): Tensor;
  scatter_add_(dim: Int, index: Tensor, src: Tensor): Tensor;
  select(dim: Int, index: Int): Tensor;
  selu(): Tensor;
  set_(): Tensor;
  set_(source: Tensor): Tensor;
  set_(
    source: Tensor,
    storage_offset: Int,
    size: readonly Int[],
    named?: { stride?: readonly Int[] },
  ): Tensor;
  set_(source: Tensor, storage_offset: Int, size: readonly Int[], stride: readonly Int[]): Tensor;
  set_data(new_data: Tensor): void;
  sigmoid(): Tensor;
  sigmoid_(): Tensor;
  sign(): Tensor;
  silu(): Tensor;
  silu_(): Tensor;
  sin(): Tensor;
  sinh(): Tensor;
  smooth_l1_loss(target: Tensor, named?: { reduction?: Int; beta?: number }): Tensor;
  smooth_l1_loss(target: Tensor, reduction: Int, named?: { beta?: number }): Tensor;
  smooth_l1_loss(target: Tensor, reduction: Int, beta: number): Tensor;
  softmax(dim: Int, named?: { dtype?: DType | null }): Tensor;
  softmax(dim: Int, dtype: DType | null): Tensor;
  softplus(named?: { beta?: Scalar; threshold?: Scalar }): Tensor;
  softplus(beta: Scalar, named?: { threshold?: Scalar }): Tensor;
  softplus(beta: Scalar, threshold: Scalar): Tensor;
  sort(dim: Int, named?: { descending?: boolean }): [Tensor, Tensor];
  sort(dim: Int, descending: boolean): [Tensor, Tensor];
  sort(named?: { stable?: boolean | null; dim?: Int; descending?: boolean }): [Tensor, Tensor];
  split(split_size: Int | readonly Int[], named?: { dim?: Int }): Tensor[];
  split(split_size: Int | readonly Int[], dim: Int): Tensor[];
  sqrt(): Tensor;
  sqrt_(): Tensor;
  square(): Tensor;
  squeeze(): Tensor;
  squeeze(dim: Int): Tensor;
  std(named?: { unbiased?: boolean }): Tensor;
  std(unbiased: boolean): Tensor;
  std(dim: Int | readonly Int[] | null, named?: { unbiased?: boolean; keepdim?: boolean }): Tensor;
  std(dim: Int | readonly Int[] | null, unbiased: boolean, named?: { keepdim?: boolean }): Tensor;
  std(dim: Int | readonly Int[] | null, unbiased: boolean, keepdim: boolean): Tensor;
  std(dim: Int | readonly Int[] | null, named: { correction: Int | null; keepdim?: boolean }): Tensor;
  std_mean(named?: { unbiased?: boolean }): [Tensor, Tensor];
  std_mean(unbiased: boolean): [Tensor, Tensor];
  std_mean(
    dim: Int | readonly Int[] | null,
    named?: { unbiased?: boolean; keepdim?: boolean },
  ): [Tensor, Tensor];
  std_mean(
    dim: Int | readonly Int[] | null,
    unbiased: boolean,
    named?: { keepdim?: boolean },
  ): [Tensor, Tensor];
  std_mean(dim: Int | readonly Int[] | null, unbiased: boolean, keepdim: boolean): [Tensor, Tensor];
  std_mean(
    dim: Int | readonly Int[] | null,
    named: { correction: Int | null; keepdim?: boolean },
  ): [Tensor, Tensor];
  sub(other: Scalar, alpha: Scalar): Tensor;
  sub(other: Scalar | Tensor, named?: { alpha?: Scalar }): Tensor;
  sub_(other: Scalar, alpha: Scalar): Tensor;
  sub_(other: Scalar | Tensor, named?: { alpha?: Scalar }): Tensor;
  sum(named?: { dtype?: DType | null }): Tensor;
  sum(dim: Int | readonly Int[] | null, named?: { keepdim?: boolean; dtype?: DType | null }): Tensor;
  sum(dim: Int | readonly Int[] | null, keepdim: boolean, named?: { dtype?: DType | null }): Tensor;
  t(): Tensor;
  tan(): Tensor;
  tanh(): Tensor;
  tanh_(): Tensor;
  tensordot(other: Tensor, dims_self: readonly Int[], dims_other: readonly Int[]): Tensor;
  threshold(threshold: Scalar, value: Scalar): Tensor;
  to(
    dtype: DType,
    named?: { non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null },
  ): Tensor;
  to(
    dtype: DType,
    non_blocking: boolean,
    named?: { copy?: boolean; memory_format?: MemoryFormat | null },
  ): Tensor;
  to(
    dtype: DType,
    non_blocking: boolean,
    copy: boolean,
    named?: { memory_format?: MemoryFormat | null },
  ): Tensor;
  to(dtype: DType, non_blocking: boolean, copy: boolean, memory_format: MemoryFormat | null): Tensor;
  to(
    other: Tensor,
    named?: { non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null },
  ): Tensor;
  to(
    other: Tensor,
    non_blocking: boolean,
    named?: { copy?: boolean; memory_format?: MemoryFormat | null },
  ): Tensor;
  to(
    other: Tensor,
    non_blocking: boolean,
    copy: boolean,
    named?: { memory_format?: MemoryFormat | null },
  ): Tensor;
  to(other: Tensor, non_blocking: boolean, copy: boolean, memory_format: MemoryFormat | null): Tensor;
  to(
    device: Device,
    dtype: DType,
    named?: { non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null },
  ): Tensor;
  to(
    device: Device,
    dtype: DType,
    non_blocking: boolean,
    named?: { copy?: boolean; memory_format?: MemoryFormat | null },
  ): Tensor;
  to(
    device: Device,
    dtype: DType,
    non_blocking: boolean,
    copy: boolean,
    named?: { memory_format?: MemoryFormat | null },
  ): Tensor;
  to(
    device: Device,
    dtype: DType,
    non_blocking: boolean,
    copy: boolean,
    memory_format: MemoryFormat | null,
  ): Tensor;
  to(named?: {
    dtype?: DType | null;
    layout?: Layout | null;
    device?: Device | null;
    pin_memory?: boolean | null;
    non_blocking?: boolean;
    copy?: boolean;
    memory_format?: MemoryFormat | null;
  }): Tensor;
  to(
    device: Device,
    named?: { non_blocking?: boolean; copy?: boolean; memory_format?: MemoryFormat | null },
  ): Tensor;
  topk(k: Int, named?: { dim?: Int; largest?: boolean; sorted?: boolean }): [Tensor, Tensor];
  topk(k: Int, dim: Int, named?: { largest?: boolean; sorted?: boolean }): [Tensor, Tensor];
  topk(k: Int, dim: Int, largest: boolean, named?: { sorted?: boolean }): [Tensor, Tensor];
  topk(k: Int, dim: Int, largest: boolean, sorted: boolean): [Tensor, Tensor];
  transpose(dim0: Int, dim1: Int): Tensor;
  tril(named?: { diagonal?: Int }): Tensor;
  tril(diagonal: Int): Tensor;
  triu(named?: { diagonal?: Int }): Tensor;
  triu(diagonal: Int): Tensor;
  trunc(): Tensor;
  type_as(other: Tensor): Tensor;
  unbind(named?: { dim?: Int }): Tensor[];
  unbind(dim: Int): Tensor[];
  unflatten(dim: Int, sizes: readonly Int[]): Tensor;
  unfold(dimension: Int, size: Int, step: Int): Tensor;
  uniform_(named?: { from?: number; to?: number; generator?: Generator | null }): Tensor;
  uniform_(from: number, named?: { to?: number; generator?: Generator | null }): Tensor;
  uniform_(from: number, to: number, named?: { generator?: Generator | null }): Tensor;
  unique_dim(
    dim: Int,
    named?: { sorted?: boolean; return_inverse?: boolean; return_counts?: boolean },
  ): [Tensor, Tensor, Tensor];
  unique_dim(
    dim: Int,
    sorted: boolean,
    named?: { return_inverse?: boolean; return_counts?: boolean },
  ): [Tensor, Tensor, Tensor];
  unique_dim(
    dim: Int,
    sorted: boolean,
    return_inverse: boolean,
    named?: { return_counts?: boolean },
  ): [Tensor, Tensor, Tensor];
  unique_dim(
    dim: Int,
    sorted: boolean,
    return_inverse: boolean,
    return_counts: boolean,
  ): [Tensor, Tensor, Tensor];
  unsqueeze(dim: Int): Tensor;
  upsample_bilinear2d(
    output_size: Int | readonly Int[],
    align_corners: boolean,
    named?: { scales_h?: number | null; scales_w?: number | null },
  ): Tensor;
  upsample_bilinear2d(
    output_size: Int | readonly Int[],
    align_corners: boolean,
    scales_h: number | null,
    named?: { scales_w?: number | null },
  ): Tensor;
  upsample_bilinear2d(
    output_size: Int | readonly Int[],
    align_corners: boolean,
    scales_h: number | null,
    scales_w: number | null,
  ): Tensor;
  upsample_bilinear2d(
    output_size: readonly Int[] | null,
    align_corners: boolean,
    scale_factors: readonly number[] | null,
  ): Tensor;
  upsample_nearest2d(
    output_size: Int | readonly Int[],
    named?: { scales_h?: number | null; scales_w?: number | null },
  ): Tensor;
  upsample_nearest2d(
    output_size: Int | readonly Int[],
    scales_h: number | null,
    named?: { scales_w?: number | null },
  ): Tensor;
  upsample_nearest2d(
    output_size: Int | readonly Int[],
    scales_h: number | null,
    scales_w: number | null,
  ): Tensor;
  upsample_nearest2d(output_size: readonly Int[] | null, scale_factors: readonly number[] | null): Tensor;
  upsample_nearest3d(
    output_size: Int | readonly Int[],
    named?: { scales_d?: number | null; scales_h?: number | null; scales_w?: number | null },
  ): Tensor;
  upsample_nearest3d(
    output_size: Int | readonly Int[],
    scales_d: number | null,
    named?: { scales_h?: number | null; scales_w?: number | null },
  ): Tensor;
  upsample_nearest3d(
    output_size: Int | readonly Int[],
    scales_d: number | null,
    scales_h: number | null,
    named?: { scales_w?: number | null },
  ): Tensor;
  upsample_nearest3d(
    output_size: Int | readonly Int[],
    scales_d: number | null,
    scales_h: number | null,
    scales_w: number | null,
  ): Tensor;
  upsample_nearest3d(output_size: readonly Int[] | null, scale_factors: readonly number[] | null): Tensor;
  upsample_trilinear3d(
    output_size: Int | readonly Int[],
    align_corners: boolean,
    named?: { scales_d?: number | null; scales_h?: number | null; scales_w?: number | null },
  ): Tensor;
  upsample_trilinear3d(
    output_size: Int | readonly Int[],
    align_corners: boolean,
    scales_d: number | null,
    named?: { scales_h?: number | null; scales_w?: number | null },
  ): Tensor;
  upsample_trilinear3d(
    output_size: Int | readonly Int[],
    align_corners: boolean,
    scales_d: number | null,
    scales_h: number | null,
    named?: { scales_w?: number | null },
  ): Tensor;
  upsample_trilinear3d(
    output_size: Int | readonly Int[],
    align_corners: boolean,
    scales_d: number | null,
    scales_h: number | null,
    scales_w: number | null,
  ): Tensor;
  upsample_trilinear3d(
    output_size: readonly Int[] | null,
    align_corners: boolean,
    scale_factors: readonly number[] | null,
  ): Tensor;
  var(named?: { unbiased?: boolean }): Tensor;
  var(unbiased: boolean): Tensor;
  var(dim: Int | readonly Int[] | null, named?: { unbiased?: boolean; keepdim?: boolean }): Tensor;
  var(dim: Int | readonly Int[] | null, unbiased: boolean, named?: { keepdim?: boolean }): Tensor;
  var(dim: Int | readonly Int[] | null, unbiased: boolean, keepdim: boolean): Tensor;
  var(dim: Int | readonly Int[] | null, named: { correction: Int | null; keepdim?: boolean }): Tensor;
  var_mean(named?: { unbiased?: boolean }): [Tensor, Tensor];
  var_mean(unbiased: boolean): [Tensor, Tensor];
  var_mean(
    dim: Int | readonly Int[] | null,
    named?: { unbiased?: boolean; keepdim?: boolean },
  ): [Tensor, Tensor];
  var_mean(
    dim: Int | readonly Int[] | null,
    unbiased: boolean,
    named?: { keepdim?: boolean },
  ): [Tensor, Tensor];
  var_mean(dim: Int | readonly Int[] | null, unbiased: boolean, keepdim: boolean): [Tensor, Tensor];
  var_mean(
    dim: Int | readonly Int[] | null,
    named: { correction: Int | null; keepdim?: boolean },
  ): [Tensor, Tensor];
  view(size: readonly Int[]): Tensor;
  view(dtype: DType): Tensor;
  zero_(): Tensor;
  zeros_like(named?: {
    dtype?: DType | null;
    layout?: Layout | null;
    device?: Device | null;
    pin_memory?: boolean | null;
    memory_format?: MemoryFormat | null;
  }): Tensor;
}

export const operatorNames: readonly (keyof Ops)[] = [
  '_foreach_abs',
  '_foreach_add',
  '_foreach_add_',
  '_foreach_addcdiv',
  '_foreach_addcdiv_',
  '_foreach_addcmul',
  '_foreach_addcmul_',
  '_foreach_div',
  '_foreach_div_',
  '_foreach_maximum',
  '_foreach_maximum_',
  '_foreach_minimum',
  '_foreach_mul',
  '_foreach_mul_',
  '_foreach_neg',
  '_foreach_neg_',
  '_foreach_norm',
  '_foreach_reciprocal_',
  '_foreach_sqrt',
  '_foreach_sqrt_',
  '_foreach_sub',
  '_foreach_sub_',
  '_foreach_zero_',
  '_log_softmax',
  '_softmax',
  '_to_copy',
  '_unique2',
  'abs',
  'acos',
  'adaptive_avg_pool1d',
  'adaptive_avg_pool2d',
  'adaptive_avg_pool3d',
  'adaptive_max_pool1d',
  'adaptive_max_pool2d',
  'adaptive_max_pool3d',
  'add',
  'add_',
  'addbmm',
  'addcdiv',
  'addcdiv_',
  'addcmul',
  'addcmul_',
  'addmm',
  'addmm_',
  'affine_grid_generator',
  'alias',
  'all',
  'allclose',
  'alpha_dropout',
  'amax',
  'amin',
  'any',
  'arange',
  'argmax',
  'argmin',
  'argsort',
  'as_strided',
  'asin',
  'atan',
  'atan2',
  'avg_pool1d',
  'avg_pool2d',
  'avg_pool3d',
  'baddbmm',
  'batch_norm',
  'bernoulli',
  'bernoulli_',
  'bilinear',
  'binary_cross_entropy',
  'binary_cross_entropy_with_logits',
  'bincount',
  'bitwise_and',
  'bitwise_not',
  'bitwise_or',
  'bmm',
  'broadcast_tensors',
  'bucketize',
  'cat',
  'ceil',
  'celu',
  'chunk',
  'clamp',
  'clamp_',
  'clamp_max',
  'clamp_min',
  'clone',
  'col2im',
  'constant_pad_nd',
  'contiguous',
  'conv1d',
  'conv2d',
  'conv3d',
  'conv_transpose1d',
  'conv_transpose2d',
  'conv_transpose3d',
  'copy_',
  'cos',
  'cosh',
  'cosine_embedding_loss',
  'cosine_similarity',
  'count_nonzero',
  'cross_entropy_loss',
  'ctc_loss',
  'cumprod',
  'cumsum',
  'detach',
  'detach_',
  'diagonal',
  'div',
  'div_',
  'dot',
  'dropout',
  'dropout_',
  'einsum',
  'elu',
  'embedding',
  'empty',
  'empty_like',
  'eq',
  'equal',
  'erf',
  'erfinv',
  'exp',
  'exp_',
  'expand',
  'expand_as',
  'expm1',
  'exponential_',
  'eye',
  'feature_dropout',
  'feature_dropout_',
  'fill_',
  'flatten',
  'flip',
  'floor',
  'floor_divide',
  'fmod',
  'frac',
  'full',
  'full_like',
  'gather',
  'ge',
  'gelu',
  'glu',
  'grid_sampler',
  'grid_sampler_2d',
  'grid_sampler_3d',
  'group_norm',
  'gru',
  'gru_cell',
  'gt',
  'hardsigmoid',
  'hardswish',
  'hardswish_',
  'hardtanh',
  'hardtanh_',
  'hinge_embedding_loss',
  'histc',
  'huber_loss',
  'im2col',
  'index',
  'index_put',
  'index_put_',
  'index_select',
  'instance_norm',
  'is_floating_point',
  'is_nonzero',
  'isfinite',
  'isinf',
  'isnan',
  'kl_div',
  'l1_loss',
  'layer_norm',
  'le',
  'leaky_relu',
  'leaky_relu_',
  'lerp',
  'lerp_',
  'linalg_vector_norm',
  'linear',
  'linspace',
  'log',
  'log1p',
  'log2',
  'log_',
  'log_sigmoid',
  'log_softmax',
  'logical_and',
  'logical_not',
  'logical_or',
  'logical_xor',
  'logsumexp',
  'lstm',
  'lstm_cell',
  'lt',
  'margin_ranking_loss',
  'masked_fill',
  'masked_fill_',
  'masked_select',
  'matmul',
  'max',
  'max_pool1d',
  'max_pool2d',
  'max_pool2d_with_indices',
  'max_pool3d',
  'max_pool3d_with_indices',
  'maximum',
  'mean',
  'median',
  'meshgrid',
  'min',
  'minimum',
  'mish',
  'mm',
  'movedim',
  'mse_loss',
  'mul',
  'mul_',
  'multinomial',
  'mv',
  'nan_to_num',
  'narrow',
  'native_batch_norm',
  'native_layer_norm',
  'ne',
  'neg',
  'neg_',
  'nll_loss',
  'nll_loss_nd',
  'nonzero',
  'norm',
  'normal',
  'normal_',
  'one_hot',
  'ones',
  'ones_like',
  'outer',
  'pad',
  'permute',
  'pow',
  'pow_',
  'prelu',
  'prod',
  'rand',
  'rand_like',
  'randint',
  'randn',
  'randn_like',
  'random_',
  'randperm',
  'reciprocal',
  'relu',
  'relu_',
  'remainder',
  'repeat',
  'repeat_interleave',
  'requires_grad_',
  'reshape',
  'resize_',
  'resolve_conj',
  'retain_grad',
  'retains_grad',
  'rnn_relu',
  'rnn_tanh',
  'roll',
  'round',
  'rsqrt',
  'rsub',
  'scalar_tensor',
  'scatter',
  'scatter_',
  'scatter_add',
  'scatter_add_',
  'searchsorted',
  'select',
  'selu',
  'set_',
  'set_data',
  'sigmoid',
  'sigmoid_',
  'sign',
  'silu',
  'silu_',
  'sin',
  'sinh',
  'size',
  'slice',
  'smooth_l1_loss',
  'softmax',
  'softplus',
  'sort',
  'split',
  'sqrt',
  'sqrt_',
  'square',
  'squeeze',
  'stack',
  'std',
  'std_mean',
  'sub',
  'sub_',
  'sum',
  't',
  'tan',
  'tanh',
  'tanh_',
  'tensordot',
  'threshold',
  'to',
  'topk',
  'transpose',
  'tril',
  'tril_indices',
  'triplet_margin_loss',
  'triu',
  'trunc',
  'type_as',
  'unbind',
  'unflatten',
  'unfold',
  'uniform_',
  'unique_dim',
  'unsqueeze',
  'upsample_bilinear2d',
  'upsample_nearest2d',
  'upsample_nearest3d',
  'upsample_trilinear3d',
  'var',
  'var_mean',
  'view',
  'where',
  'zero_',
  'zeros',
  'zeros_like',
];

export const methodNames: readonly (keyof TensorMethods)[] = [
  '_log_softmax',
  '_softmax',
  '_to_copy',
  '_unique2',
  'abs',
  'acos',
  'adaptive_avg_pool1d',
  'adaptive_avg_pool2d',
  'adaptive_avg_pool3d',
  'adaptive_max_pool1d',
  'adaptive_max_pool2d',
  'adaptive_max_pool3d',
  'add',
  'add_',
  'addbmm',
  'addcdiv',
  'addcdiv_',
  'addcmul',
  'addcmul_',
  'addmm',
  'addmm_',
  'alias',
  'all',
  'allclose',
  'alpha_dropout',
  'amax',
  'amin',
  'any',
  'argmax',
  'argmin',
  'argsort',
  'as_strided',
  'asin',
  'atan',
  'atan2',
  'avg_pool1d',
  'avg_pool2d',
  'avg_pool3d',
  'baddbmm',
  'batch_norm',
  'bernoulli',
  'bernoulli_',
  'binary_cross_entropy',
  'binary_cross_entropy_with_logits',
  'bincount',
  'bitwise_and',
  'bitwise_not',
  'bitwise_or',
  'bmm',
  'bucketize',
  'ceil',
  'celu',
  'chunk',
  'clamp',
  'clamp_',
  'clamp_max',
  'clamp_min',
  'clone',
  'col2im',
  'constant_pad_nd',
  'contiguous',
  'conv1d',
  'conv2d',
  'conv3d',
  'conv_transpose1d',
  'conv_transpose2d',
  'conv_transpose3d',
  'copy_',
  'cos',
  'cosh',
  'count_nonzero',
  'cross_entropy_loss',
  'cumprod',
  'cumsum',
  'detach',
  'detach_',
  'diagonal',
  'div',
  'div_',
  'dot',
  'dropout',
  'dropout_',
  'elu',
  'empty_like',
  'eq',
  'equal',
  'erf',
  'erfinv',
  'exp',
  'exp_',
  'expand',
  'expand_as',
  'expm1',
  'exponential_',
  'feature_dropout',
  'feature_dropout_',
  'fill_',
  'flatten',
  'flip',
  'floor',
  'floor_divide',
  'fmod',
  'frac',
  'full_like',
  'gather',
  'ge',
  'gelu',
  'glu',
  'grid_sampler',
  'grid_sampler_2d',
  'grid_sampler_3d',
  'group_norm',
  'gru',
  'gru_cell',
  'gt',
  'hardsigmoid',
  'hardswish',
  'hardswish_',
  'hardtanh',
  'hardtanh_',
  'hinge_embedding_loss',
  'histc',
  'huber_loss',
  'im2col',
  'index_put',
  'index_put_',
  'index_select',
  'instance_norm',
  'is_floating_point',
  'is_nonzero',
  'isfinite',
  'isinf',
  'isnan',
  'kl_div',
  'l1_loss',
  'layer_norm',
  'le',
  'leaky_relu',
  'leaky_relu_',
  'lerp',
  'lerp_',
  'linalg_vector_norm',
  'linear',
  'log',
  'log1p',
  'log2',
  'log_',
  'log_sigmoid',
  'log_softmax',
  'logical_and',
  'logical_not',
  'logical_or',
  'logical_xor',
  'logsumexp',
  'lstm',
  'lstm_cell',
  'lt',
  'masked_fill',
  'masked_fill_',
  'masked_select',
  'matmul',
  'max',
  'max_pool1d',
  'max_pool2d',
  'max_pool2d_with_indices',
  'max_pool3d',
  'max_pool3d_with_indices',
  'maximum',
  'mean',
  'median',
  'min',
  'minimum',
  'mish',
  'mm',
  'movedim',
  'mse_loss',
  'mul',
  'mul_',
  'multinomial',
  'mv',
  'nan_to_num',
  'narrow',
  'native_batch_norm',
  'native_layer_norm',
  'ne',
  'neg',
  'neg_',
  'nll_loss',
  'nll_loss_nd',
  'nonzero',
  'norm',
  'normal_',
  'one_hot',
  'ones_like',
  'outer',
  'pad',
  'permute',
  'pow',
  'pow_',
  'prelu',
  'prod',
  'rand_like',
  'randn_like',
  'random_',
  'reciprocal',
  'relu',
  'relu_',
  'remainder',
  'repeat',
  'repeat_interleave',
  'requires_grad_',
  'reshape',
  'resize_',
  'resolve_conj',
  'retain_grad',
  'retains_grad',
  'rnn_relu',
  'rnn_tanh',
  'roll',
  'round',
  'rsqrt',
  'rsub',
  'scatter',
  'scatter_',
  'scatter_add',
  'scatter_add_',
  'select',
  'selu',
  'set_',
  'set_data',
  'sigmoid',
  'sigmoid_',
  'sign',
  'silu',
  'silu_',
  'sin',
  'sinh',
  'smooth_l1_loss',
  'softmax',
  'softplus',
  'sort',
  'split',
  'sqrt',
  'sqrt_',
  'square',
  'squeeze',
  'std',
  'std_mean',
  'sub',
  'sub_',
  'sum',
  't',
  'tan',
  'tanh',
  'tanh_',
  'tensordot',
  'threshold',
  'to',
  'topk',
  'transpose',
  'tril',
  'triu',
  'trunc',
  'type_as',
  'unbind',
  'unflatten',
  'unfold',
  'uniform_',
  'unique_dim',
  'unsqueeze',
  'upsample_bilinear2d',
  'upsample_nearest2d',
  'upsample_nearest3d',
  'upsample_trilinear3d',
  'var',
  'var_mean',
  'view',
  'zero_',
  'zeros_like',
];
