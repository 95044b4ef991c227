"""我的积分: the balance and where it came from, redeeming, one's codes, sending somebody for them."""

from handlers.points.balance import POINTS, POINTS_HOW
from handlers.points.codes import CANCEL_CODE, MY_CODES
from handlers.points.proxy import PROXY
from handlers.points.redeem import REDEEM

__all__ = ["CANCEL_CODE", "MY_CODES", "POINTS", "POINTS_HOW", "PROXY", "REDEEM"]
