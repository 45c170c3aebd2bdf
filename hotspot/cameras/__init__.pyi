from .camera_list import CameraList as CameraList
from .near_crimes import cameras_near as cameras_near
from .register_reading import CameraCheck as CameraCheck
from .register_reading import check_cameras as check_cameras
from .register_reading import read_cameras as read_cameras
