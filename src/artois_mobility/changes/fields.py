"""What the keys of study and scenario files may hold."""

from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, Strict, StringConstraints

Number: TypeAlias = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Text: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
WayId: TypeAlias = Annotated[int, Strict(), Field(ge=-(2**63), lt=2**63)]
Switch: TypeAlias = Annotated[bool, Strict()]
Point: TypeAlias = tuple[Number, Number]
SpeedKmh: TypeAlias = Annotated[float, Strict(), Field(gt=0, le=300, allow_inf_nan=False)]
Line: TypeAlias = Annotated[tuple[Point, ...], Field(min_length=2)]
Ring: TypeAlias = Annotated[tuple[Point, ...], Field(min_length=3)]
Names: TypeAlias = Annotated[tuple[Text, ...], Field(min_length=1)]


class FileModel(BaseModel):
    """Base of everything read from a study or scenario file: unchangeable, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")
