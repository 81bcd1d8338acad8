"""Pure rules of the market: plain values in, values or Refused out."""
