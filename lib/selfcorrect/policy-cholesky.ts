/** L, lower, row by row, of A = L L'. @param a symmetric and positive definite, size x size, row by row; its lower half is read */
export function cholesky(a: ArrayLike<number>, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * size + j] as number;
      for (let k = 0; k < j; k++) sum -= (lower[i * size + k] as number) * (lower[j * size + k] as number);
      lower[i * size + j] = i === j ? Math.sqrt(sum) : sum / (lower[j * size + j] as number);
    }
  }
  return lower;
}

/** y of L y = x. */
export function forward(lower: Float64Array, x: ArrayLike<number>): Float64Array {
  const y = Float64Array.from(x);
  const size = y.length;
  for (let i = 0; i < size; i++) {
    let sum = y[i] as number;
    for (let k = 0; k < i; k++) sum -= (lower[i * size + k] as number) * (y[k] as number);
    y[i] = sum / (lower[i * size + i] as number);
  }
  return y;
}

/** x of L' x = y. */
export function backward(lower: Float64Array, y: ArrayLike<number>): Float64Array {
  const x = Float64Array.from(y);
  const size = x.length;
  for (let i = size - 1; i >= 0; i--) {
    let sum = x[i] as number;
    for (let k = i + 1; k < size; k++) sum -= (lower[k * size + i] as number) * (x[k] as number);
    x[i] = sum / (lower[i * size + i] as number);
  }
  return x;
}

/** The inverse of L L', row by row. */
export function inverse(lower: Float64Array, size: number): Float64Array {
  const all = new Float64Array(size * size);
  const unit = new Float64Array(size);
  for (let column = 0; column < size; column++) {
    unit.fill(0);
    unit[column] = 1;
    const found = backward(lower, forward(lower, unit));
    for (let row = 0; row < size; row++) all[row * size + column] = found[row] as number;
  }
  return all;
}
