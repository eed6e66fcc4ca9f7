"""How passwords of admins are kept."""

from finder import admins


def test_a_password_is_hashed_by_argon2id_with_the_parameters_of_rfc_9106_for_little_memory() -> None:
    hashed = admins.PasswordHasher().hash("correct horse battery")
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert admins._is_right(hashed, "correct horse battery")
    assert not admins._is_right(hashed, "correct horse batter")
    assert not admins._is_right("no hash", "correct horse battery")
