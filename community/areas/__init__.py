"""Areas: district, streets, communities and grids, with their borders, versioned by date."""

from community.areas.importing import AreasInvalid, Imported, export_areas, import_areas
from community.areas.locating import Located, by_scene, locate
from community.areas.models import Area, Level
from community.areas.naming import (
    AreaNotFound,
    children,
    communities,
    default_area,
    get,
    is_known,
    listing,
    names,
    scene_of,
    search,
)

__all__ = [
    "Area",
    "AreaNotFound",
    "AreasInvalid",
    "Imported",
    "Level",
    "Located",
    "by_scene",
    "children",
    "communities",
    "default_area",
    "export_areas",
    "get",
    "import_areas",
    "is_known",
    "listing",
    "locate",
    "names",
    "scene_of",
    "search",
]
