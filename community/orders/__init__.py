"""Service orders: what can be ordered and when, placing, moving on, views.

What other packages may use stands here; the tables are written by this package only.
"""

from community.orders.catalogue import (
    Offer,
    ServiceKind,
    Slot,
    available,
    create,
    get_service,
    read_offer,
    set_active,
    slots,
)
from community.orders.catalogue import listing as list_services
from community.orders.errors import ServiceNotOffered, SlotFull, TooLate
from community.orders.models import Order, Service
from community.orders.moves import Details, get_order, move
from community.orders.placing import Person, Request, place
from community.orders.views import listing, my_orders, own_view, show, staff_view, summary
from community.orders.workflow import TRANSITIONS, Action

__all__ = [
    "TRANSITIONS",
    "Action",
    "Details",
    "Offer",
    "Order",
    "Person",
    "Request",
    "Service",
    "ServiceKind",
    "ServiceNotOffered",
    "Slot",
    "SlotFull",
    "TooLate",
    "available",
    "create",
    "get_order",
    "get_service",
    "list_services",
    "listing",
    "move",
    "my_orders",
    "own_view",
    "place",
    "read_offer",
    "set_active",
    "show",
    "slots",
    "staff_view",
    "summary",
]
