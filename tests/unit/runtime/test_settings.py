"""A wrong setting is one line that names its variable."""

import pytest
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from runtime import settings
from runtime.settings import InvalidSetting


class KettleSettings(BaseSettings):
    """Settings of an invented process."""

    model_config = SettingsConfigDict(env_prefix="KETTLE_", frozen=True)

    port: int = Field(1, le=65535)
    water_litres: float
    plug_url: str = Field("x", validation_alias="PLUG_URL", pattern="^x")


def load(monkeypatch: pytest.MonkeyPatch, **environ: str) -> KettleSettings:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    return settings.load(KettleSettings, environ)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = load(monkeypatch, KETTLE_PORT="7", KETTLE_WATER_LITRES="1.5", PLUG_URL="xy")
    assert (loaded.port, loaded.water_litres, loaded.plug_url) == (7, 1.5, "xy")


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, "KETTLE_WATER_LITRES is not set"),
        ({"KETTLE_WATER_LITRES": "much"}, "KETTLE_WATER_LITRES: "),
        ({"KETTLE_WATER_LITRES": "1", "KETTLE_PORT": "65536"}, "KETTLE_PORT: "),
        ({"KETTLE_WATER_LITRES": "1", "PLUG_URL": "y"}, "PLUG_URL: "),
        ({"KETTLE_WATER_LITRES": "1", "KETTLE_PROT": "2"}, "KETTLE_PROT is not a setting; did you mean KETTLE_PORT?"),
        ({"KETTLE_WATER_LITRES": "1", "KETTLE_XYZZY": "2"}, "KETTLE_XYZZY is not a setting"),
        ({"KETTLE_PORT": "x"}, "KETTLE_PORT: .*; KETTLE_WATER_LITRES is not set"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], said: str
) -> None:
    with pytest.raises(InvalidSetting, match=said.replace("?", r"\?")) as caught:
        load(monkeypatch, **environ)
    assert "\n" not in str(caught.value)
