"""Points: the balance and where it came from, redeeming, one's codes, sending somebody for them."""
