"""Pure rules of the calls: plain values in, values or Refused out."""
