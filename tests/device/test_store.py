import attrs
import pytest

from simulator.config.catalog import camera_model
from simulator.config.model import CameraSpec
from simulator.device.birth import birth_state
from simulator.device.persistence import VERSION, PersistenceError, StateFile
from simulator.device.presets import with_preset
from simulator.device.state import PtzPosition, Scope
from simulator.device.store import Store
from simulator.device.users import User, UserLevel

UUID = "8f3c1a52-0d77-4c1e-9b1f-2f6e54a0c3d9"


def make_birth(model="dome-ptz"):
    spec = CameraSpec(name="gate 1", index=0, model=camera_model(model))
    return birth_state(spec, UUID, mount_tilt_deg=-15.0, location="street")


@pytest.fixture
def birth():
    return make_birth()


@pytest.fixture
def store(birth):
    return Store(birth)


def with_host(state, name):
    return attrs.evolve(state, network=attrs.evolve(state.network, hostname=name))


def test_a_commit_changes_the_state_and_tells_all(store, birth):
    told = []
    store.observe(lambda *what: told.append(("first", *what)))
    store.observe(lambda *what: told.append(("second", *what)))
    new = with_host(birth, "porch")
    store.commit(new, "SetHostname")
    assert store.state is new
    assert store.revision == 1
    assert told == [
        ("first", birth, new, "SetHostname"),
        ("second", birth, new, "SetHostname"),
    ]


def test_a_commit_of_the_same_is_no_commit(store, birth):
    told = []
    store.observe(lambda *what: told.append(what))
    store.commit(with_host(birth, birth.network.hostname), "SetHostname")
    assert store.revision == 0
    assert told == []


def test_observers_see_commits_of_observers_in_order(store, birth):
    seen = []

    def follow_up(_old, new, _reason):
        if new.network.hostname == "a":
            store.commit(with_host(new, "b"), "follow")

    store.observe(follow_up)
    store.observe(
        lambda old, new, _reason: seen.append((old.network.hostname, new.network.hostname))
    )
    store.commit(with_host(birth, "a"), "set")
    assert seen == [(birth.network.hostname, "a"), ("a", "b")]


def test_an_observer_that_fails_does_not_stop_later_commits(store, birth):
    forget = store.observe(lambda *_what: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        store.commit(with_host(birth, "a"), "set")
    forget()
    seen = []
    store.observe(lambda old, new, _reason: seen.append(new.network.hostname))
    store.commit(with_host(birth, "b"), "set")
    assert seen == ["b"]


@pytest.mark.parametrize("hard", [True, False])
def test_factory_default(store, birth, hard):
    guest = User("guest", "secret", UserLevel.USER)
    changed = attrs.evolve(
        with_host(birth, "porch"),
        users=(*birth.users, guest),
        scopes=(*birth.scopes, Scope("onvif://www.onvif.org/name/x", False)),
    )
    changed, _ = with_preset(changed, None, "door", PtzPosition(1.0, 2.0, 5.0), 9)
    store.commit(changed, "everything")
    store.booted(500.0)
    store.factory_default(hard, 600.0)
    assert store.state.users == birth.users
    assert store.state.scopes == birth.scopes
    assert store.state.presets == ()
    assert store.state.network.hostname == (birth.network.hostname if hard else "porch")
    assert store.state.operating.last_reset == 600.0
    assert store.state.operating.last_reboot == 500.0


def test_birth_of_a_ptz_camera(birth):
    assert [profile.token for profile in birth.profiles] == ["profile_main", "profile_sub"]
    assert all(profile.ptz == "ptz_1" for profile in birth.profiles)
    assert birth.home == PtzPosition(0.0, -15.0, 4.4)
    assert birth.identity.mac.startswith("02:")
    items = [scope.item for scope in birth.scopes]
    assert len(set(items)) == len(items)
    assert "onvif://www.onvif.org/Profile/Streaming" in items
    assert "onvif://www.onvif.org/type/ptz" in items
    assert "onvif://www.onvif.org/name/gate%201" in items
    assert "onvif://www.onvif.org/location/street" in items
    assert birth.network.hostname == "gate-1"


def test_birth_of_a_fixed_camera():
    birth = make_birth("bullet")
    assert birth.ptz_configurations == ()
    assert birth.home is None
    assert all(profile.ptz is None for profile in birth.profiles)
    assert not any(scope.item.endswith("type/ptz") for scope in birth.scopes)


def test_tokens_are_short_and_unique(birth):
    for name in ("video_sources", "video_encoder_configurations", "profiles"):
        tokens = [one.token for one in getattr(birth, name)]
        assert len(set(tokens)) == len(tokens)
        assert all(0 < len(token) <= 36 for token in tokens)


def test_state_file_round_trip(tmp_path, store, birth):
    file = StateFile(tmp_path / "cam.json")
    assert file.load() is None
    file.follow(store)
    state, _ = with_preset(with_host(birth, "porch"), None, "door", PtzPosition(1.5, -2.0, 5.0), 9)
    store.commit(state, "SetPreset")
    assert StateFile(tmp_path / "cam.json").load() == state
    assert [path.name for path in tmp_path.iterdir()] == ["cam.json"]


def test_a_changed_scenario_shows_through_an_old_file(tmp_path, store, birth):
    file = StateFile(tmp_path / "cam.json")
    file.follow(store)
    store.commit(with_host(birth, "porch"), "SetHostname")
    boss = User("boss", "new", UserLevel.ADMINISTRATOR)
    encoders = tuple(attrs.evolve(one, fps=5.0) for one in birth.video_encoder_configurations)
    reborn = attrs.evolve(
        with_host(birth, "other"), users=(boss,), video_encoder_configurations=encoders
    )
    state = file.load(reborn)
    assert state.users == (boss,)
    assert state.video_encoder_configurations == encoders
    assert state.network.hostname == "porch"


def test_memory_from_an_earlier_run_is_not_the_birth_state(store, birth):
    remembered = with_host(birth, "porch")
    again = Store(birth, remembered)
    assert again.state is remembered
    again.factory_default(True, 1.0)
    assert again.state.network.hostname == birth.network.hostname


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("not json", "Expecting value"),
        ("[]", "version None"),
        ('{"version": 99}', "version 99, expected 1"),
        ('{"version": 1, "birth": null, "state": {"identity": {"nose": 1}}}', "nose"),
        ('{"version": 1, "state": null}', "cam.json"),
    ],
)
def test_a_state_file_that_cannot_be_used_is_refused(tmp_path, text, complaint):
    assert VERSION == 1
    path = tmp_path / "cam.json"
    path.write_text(text)
    with pytest.raises(PersistenceError, match=r"cam\.json") as raised:
        StateFile(path).load()
    assert complaint in str(raised.value)
