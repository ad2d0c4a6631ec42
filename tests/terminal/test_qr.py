"""The square to photograph. This one was read back with another program's decoder."""

from __future__ import annotations

from repetiteur.bridges.terminal.qr import code, for_terminal

HELLO = """
#######  # ## #######
#     #  ###  #     #
# ### # ## ## # ### #
# ### #  # #  # ### #
# ### #   # # # ### #
#     #     # #     #
####### # # # #######
        ## ##        
### ######## ##   #  
 ##### ###    #    ##
 ###### #   #   #####
  ##          #    # 
    # ## ## # # #    
        ## # # #  ###
####### #### ###  ###
#     # ###### ##    
# ### # #### ###   ##
# ### #   #   ##  ## 
# ### # ### #   # # #
#     # ##    # #  # 
####### # # # ##   ##
"""


def test_the_modules_are_those_of_the_standard() -> None:
    modules = code("hello")
    assert modules is not None
    assert ["".join(" #"[cell] for cell in row) for row in modules] == HELLO.strip("\n").split("\n")


def test_it_grows_with_the_text_and_gives_up_where_it_must() -> None:
    sizes = [len(found) for n in (17, 32, 53, 78, 106) if (found := code("x" * n)) is not None]
    assert sizes == [21, 25, 29, 33, 37]
    assert code("x" * 107) is None and for_terminal("x" * 107) == ""


def test_a_link_in_a_network_fits_a_small_terminal() -> None:
    lines = for_terminal("http://192.168.100.200:65535/?token=" + "x" * 22).split("\n")
    assert len(lines) <= 20 and all(line.endswith("\x1b[0m") for line in lines)
