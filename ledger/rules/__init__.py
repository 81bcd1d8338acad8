"""The arithmetic of double entry: plain values in, plain values or a refusal out."""
