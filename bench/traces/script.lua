-- Ordinary work of a script: words are counted and sorted, text is taken apart and put together, objects come and
-- go, closures hold on to some of them. Returns a number that says that all of it was done.
local words = {}
for word in ([[
a heap is a pile of things of which each has its place and its size and one looks for a place that is large enough
for the next thing while others are taken away and leave holes between those that stay
]]):gmatch('%a+') do
  words[#words + 1] = word
end

local seed = 1
local function random(n)
  seed = (seed * 48271) % 2147483647
  return seed % n + 1
end

local function text(length)
  local parts = {}
  for i = 1, length do
    parts[i] = words[random(#words)] .. (random(5) == 1 and tostring(random(1000)) or '')
  end
  return table.concat(parts, ' ')
end

local Node = {}
Node.__index = Node

function Node.new(key, value)
  return setmetatable({ key = key, value = value }, Node)
end

function Node:insert(key, value)
  local side = key < self.key and 'left' or 'right'
  if key == self.key then
    self.value = self.value + value
  elseif self[side] then
    self[side]:insert(key, value)
  else
    self[side] = Node.new(key, value)
  end
end

function Node:walk(visit)
  if self.left then self.left:walk(visit) end
  visit(self)
  if self.right then self.right:walk(visit) end
end

local total = 0
local kept = {}
for round = 1, 250 do
  local source = text(400)
  local tree = Node.new('', 0)
  for word in source:gmatch('%w+') do
    tree:insert(word, 1)
  end
  local lines = {}
  tree:walk(function(node)
    lines[#lines + 1] = string.format('%-12s %d', node.key, node.value)
  end)
  table.sort(lines, function(a, b) return a:reverse() < b:reverse() end)
  local report = table.concat(lines, '\n'):upper():gsub('%s+', ' ')
  total = total + #report
  kept[round % 8] = function() return tree, report end -- the last few stay reachable
end
for _, get in pairs(kept) do
  total = total + #select(2, get())
end
return total
