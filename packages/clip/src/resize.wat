;; One pass of a separable filter over bytes, four at a time: each output is a sum of inputs that lie `stride` apart, times
;; 22-bit weights, rounded once. Along rows the four are a pixel's channels and one of the next; down columns they are
;; neighbours in a row. resize.ts lays out the memory.
(module
  (memory (export "memory") 1)

  ;; `outer` times `inner` outputs. A filter, read from `filters` on, is `first`, the bytes from an output's own start to its
  ;; first input, then pairs of weights: the upper and the lower 11 bits of two of them, which fit a product of 16 bits.
  (func (export "filter")
    (param $source i32) (param $target i32) (param $stride i32) (param $filters i32) (param $pairs i32)
    (param $outer i32) (param $outerRead i32) (param $outerWrite i32) (param $outerFilter i32)
    (param $inner i32) (param $innerRead i32) (param $innerWrite i32) (param $innerFilter i32)
    (local $left i32) (local $read i32) (local $start i32) (local $write i32)
    (local $filter i32) (local $at i32) (local $end i32)
    (local $values v128) (local $upper v128) (local $lower v128)
    (loop $nextOuter
      (local.set $left (local.get $inner))
      (local.set $start (local.get $source))
      (local.set $write (local.get $target))
      (local.set $filter (local.get $filters))
      (loop $nextInner
        (local.set $read (i32.add (local.get $start) (i32.load (local.get $filter))))
        (local.set $at (local.get $filter))
        (local.set $end (i32.add (local.get $filter) (i32.shl (local.get $pairs) (i32.const 3))))
        (local.set $upper (v128.const i32x4 0 0 0 0))
        ;; Half of what the last shift takes away.
        (local.set $lower (v128.const i32x4 2097152 2097152 2097152 2097152))
        (loop $nextPair
          (local.set $values (v128.load32_zero (local.get $read)))
          (local.set $values
            (v128.load32_lane 1 (i32.add (local.get $read) (local.get $stride)) (local.get $values)))
          (local.set $values
            (i8x16.shuffle 0 8 4 8 1 8 5 8 2 8 6 8 3 8 7 8 (local.get $values) (local.get $values)))
          (local.set $upper
            (i32x4.add (local.get $upper)
              (i32x4.dot_i16x8_s (local.get $values) (v128.load32_splat offset=4 (local.get $at)))))
          (local.set $lower
            (i32x4.add (local.get $lower)
              (i32x4.dot_i16x8_s (local.get $values) (v128.load32_splat offset=8 (local.get $at)))))
          (local.set $read (i32.add (local.get $read) (i32.shl (local.get $stride) (i32.const 1))))
          (br_if $nextPair
            (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8))) (local.get $end))))
        (local.set $values
          (i32x4.shr_s
            (i32x4.add (i32x4.shl (local.get $upper) (i32.const 11)) (local.get $lower))
            (i32.const 22)))
        (local.set $values (i16x8.narrow_i32x4_s (local.get $values) (local.get $values)))
        (v128.store32_lane 0 (local.get $write)
          (i8x16.narrow_i16x8_u (local.get $values) (local.get $values)))
        (local.set $start (i32.add (local.get $start) (local.get $innerRead)))
        (local.set $write (i32.add (local.get $write) (local.get $innerWrite)))
        (local.set $filter (i32.add (local.get $filter) (local.get $innerFilter)))
        (br_if $nextInner (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (local.set $source (i32.add (local.get $source) (local.get $outerRead)))
      (local.set $target (i32.add (local.get $target) (local.get $outerWrite)))
      (local.set $filters (i32.add (local.get $filters) (local.get $outerFilter)))
      (br_if $nextOuter (local.tee $outer (i32.sub (local.get $outer) (i32.const 1)))))))
