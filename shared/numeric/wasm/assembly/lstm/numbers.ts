/** The bytes of so many float32 numbers. */
export function bytesOf(numbers: i32): usize {
  return (<usize>numbers) << 2;
}

/** sum + a · b, rounded twice: the same bits on every machine, which a fused instruction would not give. */
export function madd(sum: v128, a: v128, b: v128): v128 {
  return f32x4.add(sum, f32x4.mul(a, b));
}
