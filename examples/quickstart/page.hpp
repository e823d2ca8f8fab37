#pragma once

#include <string_view>

/// What a browser gets at `/`: the map, to drag and zoom.
inline constexpr std::string_view page = R"(<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Tiles</title>
<style>
body{margin:0;background:#12346e;overflow:hidden;font:14px system-ui,sans-serif}
img{position:absolute;width:256px;height:256px}
nav{position:fixed;z-index:1;top:12px;left:12px;display:flex;gap:4px}
button{width:36px;height:36px;border:0;border-radius:6px;background:#fffd;font-size:18px;cursor:pointer}
</style>
<nav><button title="Zoom in">+</button><button title="Zoom out">&minus;</button></nav><main></main>
<script>
let z = 3, x = 3.3, y = 4.2;  // zoom, and the tile coordinates of the middle
const main = document.querySelector('main'), [closer, farther] = document.querySelectorAll('button');
function draw() {
  const n = 2 ** z, w = innerWidth, h = innerHeight, images = [];
  y = Math.min(Math.max(y, 0), n);
  for (let j = Math.floor(y - h / 512); j < y + h / 512; ++j)
    for (let i = Math.floor(x - w / 512); i < x + w / 512; ++i) {
      if (j < 0 || j >= n) continue;
      const image = new Image();
      image.draggable = false;
      image.src = `/tile/${z}/${((i % n) + n) % n}/${j}.png`;
      image.style.left = `${w / 2 + (i - x) * 256}px`;
      image.style.top = `${h / 2 + (j - y) * 256}px`;
      images.push(image);
    }
  main.replaceChildren(...images);
}
function zoom(by) { if (z + by < 0 || z + by > 16) return; z += by; x *= 2 ** by; y *= 2 ** by; draw(); }
closer.onclick = () => zoom(1); farther.onclick = () => zoom(-1);
onpointermove = e => { if (e.buttons) { x -= e.movementX / 256; y -= e.movementY / 256; draw(); } };
onwheel = e => zoom(e.deltaY < 0 ? 1 : -1); onresize = draw; draw();
</script></html>
)";
