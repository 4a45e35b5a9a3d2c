from .launch import explore as explore
from .places import inside as inside
from .view import Context as Context
from .view import Lines as Lines
from .view import View as View
from .views import VIEWS as VIEWS
from .views import Entry as Entry
